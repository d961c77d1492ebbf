"""Which declarations make a pipeline.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.pipelines import FakePipelineCaller, VirtualPipelines, action, approval, declaration, release, source

Json = dict[str, Any]


@pytest.fixture
def pipelines() -> VirtualPipelines:
    return VirtualPipelines()


def test_a_pipeline_is_described_as_declared_with_defaults(pipelines: VirtualPipelines) -> None:
    declared = declaration(source(), release("Deploy"))
    tags = [{"key": "team", "value": "web"}]
    created = pipelines.call("CreatePipeline", pipeline=declared, tags=tags)
    assert created["tags"] == tags
    found = pipelines.call("GetPipeline", name="shop")
    assert found["pipeline"] == {**declared, "version": 1, "executionMode": "SUPERSEDED", "pipelineType": "V1"}
    assert found["metadata"]["pipelineArn"] == "arn:aws:codepipeline:us-east-1:123456789012:shop"
    [listed] = pipelines.call("ListPipelines")["pipelines"]
    assert (listed["name"], listed["version"]) == ("shop", 1)


@pytest.mark.parametrize(
    ("stages", "code", "message"),
    [
        ([source()], "InvalidStructureException", "There should be a minimum of 2 stages in a pipeline"),
        ([release("Deploy"), source()], "InvalidStructureException", "first stage may have source actions only"),
        ([source(), release("Deploy", namespace="Source")], "InvalidStructureException", "namespaces need names"),
        (
            [source(), action("Later", "Source", "S3", {"S3Bucket": "b", "S3ObjectKey": "k"})],
            "InvalidStructureException",
            "in the first stage only",
        ),
        (
            [source(), release("Deploy", inputArtifacts=[{"name": "Build"}])],
            "InvalidStructureException",
            "Input Artifact Bundle Build in action Deploy is not declared as Output Artifact Bundle",
        ),
        (
            [source(), release("Deploy", '{"version": "#{Build.Label}"}')],
            "InvalidActionDeclarationException",
            "variables of the namespace Build",
        ),
        (
            [source(), action("Deploy", "Invoke", "StepFunctions", {"Input": "{}"})],
            "InvalidActionDeclarationException",
            "missing required configuration 'StateMachineArn'",
        ),
        (
            [source(), action("Build", "Build", "CodeBuild", {"ProjectName": "shop"})],
            "InvalidActionDeclarationException",
            "'CodeBuild', Owner: 'AWS', Version: '1') in action 'Build' is not available in region US_EAST_1",
        ),
        ([source(outputArtifacts=[]), release("Deploy")], "InvalidActionDeclarationException", "0 outputArtifacts"),
    ],
)
def test_a_declaration_that_makes_no_pipeline_is_refused(
    pipelines: VirtualPipelines, stages: list[Json], code: str, message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        pipelines.call("CreatePipeline", pipeline=declaration(*stages))
    assert refused.value.response["Error"]["Code"] == code
    assert message in refused.value.response["Error"]["Message"]


def test_a_role_that_codepipeline_may_not_assume_is_refused(pipelines: VirtualPipelines) -> None:
    """The words are those of public reports of this error."""
    pipelines.trusted = False
    with pytest.raises(ClientError, match="CodePipeline is not authorized to perform AssumeRole on role"):
        pipelines.create(source(), release("Deploy"))


def test_a_name_is_used_once(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    with pytest.raises(ClientError, match="A pipeline with the name 'shop' already exists in account '123456789012'"):
        pipelines.create(source(), release("Deploy"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"roleArn": "pipeline"}, "Value 'pipeline' at 'pipeline.roleArn' failed to satisfy constraint"),
        ({"stages": None}, "Value null at 'pipeline.stages' failed to satisfy constraint: Member must not be null"),
        ({"executionMode": "RANDOM"}, "Member must satisfy enum value set: [QUEUED, SUPERSEDED, PARALLEL]"),
        ({"name": 5}, "Member must be of type string"),
    ],
)
def test_parameters_that_do_not_fit_the_service_model_are_refused(
    pipelines: VirtualPipelines, changes: Json, message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        pipelines.create(source(), release("Deploy"), **changes)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert message in refused.value.response["Error"]["Message"]


def test_an_unknown_operation_is_refused(pipelines: VirtualPipelines) -> None:
    with pytest.raises(ClientError, match="no operation 'BuyPipeline'"):
        pipelines.call("BuyPipeline")
    with pytest.raises(ClientError, match="PollForJobs is not supported here"):
        pipelines.call("PollForJobs")


def test_tags_are_changed(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    arn = "arn:aws:codepipeline:us-east-1:123456789012:shop"
    pipelines.call("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    pipelines.call("UntagResource", resourceArn=arn, tagKeys=["a"])
    assert pipelines.call("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]


def test_lists_come_in_pages(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    for _ in range(2):
        pipelines.start()
    page = pipelines.call("ListPipelineExecutions", pipelineName="shop", maxResults=2)
    assert len(page["pipelineExecutionSummaries"]) == 2
    rest = pipelines.call("ListPipelineExecutions", pipelineName="shop", nextToken=page["nextToken"])
    assert len(rest["pipelineExecutionSummaries"]) == 1
    assert "nextToken" not in rest


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("StartPipelineExecution", {"name": "shop"}, "shop"),
        ("GetPipelineState", {"name": "shop"}, "shop"),
        ("ListPipelineExecutions", {"pipelineName": "shop"}, "shop"),
        ("ListActionExecutions", {"pipelineName": "shop"}, "shop"),
        ("DeletePipeline", {"name": "shop"}, "shop"),
        (
            "PutApprovalResult",
            {
                "pipelineName": "shop",
                "stageName": "Approve",
                "actionName": "Approve",
                "result": {"summary": "", "status": "Approved"},
                "token": "1a2b3c4d-573f-4ea7-967e-0123456789ab",
            },
            "shop/Approve/Approve",
        ),
        (
            "RetryStageExecution",
            {
                "pipelineName": "shop",
                "stageName": "Approve",
                "pipelineExecutionId": "1a2b3c4d-573f-4ea7-967e-0123456789ab",
                "retryMode": "FAILED_ACTIONS",
            },
            "shop/Approve",
        ),
    ],
)
def test_a_caller_needs_the_permission_on_the_resource(
    pipelines: VirtualPipelines, operation: str, parameters: Json, resource: str
) -> None:
    """Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html"""
    pipelines.create(source(), approval())
    pipelines.caller = FakePipelineCaller(f"codepipeline:{operation}")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        pipelines.call(operation, **parameters)
    arn = f"arn:aws:codepipeline:us-east-1:123456789012:{resource}"
    assert pipelines.caller.asked == [(f"codepipeline:{operation}", arn)]


def test_the_caller_must_be_allowed_to_pass_the_role(pipelines: VirtualPipelines) -> None:
    pipelines.caller = FakePipelineCaller("iam:PassRole")
    with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole"):
        pipelines.create(source(), release("Deploy"))
