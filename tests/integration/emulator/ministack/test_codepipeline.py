"""A pipeline in the account: made by CloudFormation, started by an upload, with the permissions of its roles.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/integrations-action-type.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from tests.support.pipeline_stack import ALLOWED, PipelineStack, role
from tests.support.roles import Role, client
from tests.support.topics import Topics
from tests.support.waiting import eventually

Json = dict[str, Any]


@pytest.fixture
def stack(account: Account, topics: Topics) -> Iterator[PipelineStack]:
    stack = PipelineStack(account, topics.make())
    yield stack
    stack.delete()


def test_an_upload_runs_the_pipeline_that_cloudformation_made(stack: PipelineStack) -> None:
    assert stack.create() == "CREATE_COMPLETE"
    assert stack.pipeline.name.startswith(f"{stack.name}-Pipeline-")
    assert stack.outputs["Version"] == "1"
    first = stack.pipeline.until_state("Source", "Failed")
    assert "has no object with the key" in first["errorDetails"]["message"], "a new pipeline runs at once"

    version = stack.upload()
    eventually(lambda: len(stack.pipeline.executions()) == 2)
    execution = stack.pipeline.executions()[0]
    assert execution["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": stack.outputs["Rule"]}
    stack.pipeline.until_state("Approve", "InProgress")
    deploy = stack.pipeline.state("Deploy")
    started = stack.states.describe_execution(executionArn=deploy["externalExecutionId"])
    assert json.loads(started["input"]) == {"version": version}
    assert started["name"] == f"shop-deploy-{deploy['actionExecutionId']}"

    stack.pipeline.answer()
    assert stack.pipeline.executions()[0]["status"] == "Succeeded"
    (revision,) = stack.pipeline.executions()[0]["sourceRevisions"]
    assert revision["revisionId"] == version
    names = [each["Key"] for each in stack.s3.list_objects_v2(Bucket=f"{stack.name}-store")["Contents"]]
    assert len(names) == 1


def test_an_update_of_the_stack_changes_the_pipeline_and_does_not_run_it(stack: PipelineStack) -> None:
    assert stack.create() == "CREATE_COMPLETE"
    template = stack.template(ALLOWED, "codepipeline:StartPipelineExecution")
    properties = template["Resources"]["Pipeline"]["Properties"]
    properties["ExecutionMode"] = "QUEUED"
    properties["Tags"] = [{"Key": "cost", "Value": "7"}]
    stack.formation.update_stack(
        StackName=stack.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    assert stack.ended() == "UPDATE_COMPLETE"
    found = stack.pipeline.client.get_pipeline(name=stack.pipeline.name)
    assert (found["pipeline"]["executionMode"], found["pipeline"]["version"]) == ("QUEUED", 2)
    assert stack.outputs["Version"] == "2"
    assert len(stack.pipeline.executions()) == 1
    tags = stack.pipeline.client.list_tags_for_resource(resourceArn=found["metadata"]["pipelineArn"])["tags"]
    assert {each["key"] for each in tags if not each["key"].startswith("aws:")} == {"cost"}


@pytest.mark.parametrize(
    ("missing", "failed"),
    [("s3:GetObject", "Source"), ("states:StartExecution", "Deploy"), ("sns:Publish", "Approve")],
)
def test_the_pipelines_role_is_enforced(stack: PipelineStack, missing: str, failed: str) -> None:
    assert stack.create(allowed=ALLOWED - {missing}) == "CREATE_COMPLETE"
    stack.upload()
    eventually(lambda: [each["status"] for each in stack.pipeline.executions()] == ["Failed", "Failed"])
    error = stack.pipeline.state(failed)["errorDetails"]
    assert error["code"] == "PermissionError"
    assert missing in error["message"] or "AccessDenied" in error["message"]


def test_the_rule_of_an_upload_needs_its_permission(stack: PipelineStack) -> None:
    assert stack.create(rule_may="codepipeline:GetPipeline") == "CREATE_COMPLETE"
    stack.pipeline.until_state("Source", "Failed")
    stack.upload()
    stack.pipeline.start()
    stack.pipeline.until_state("Deploy", "Succeeded")
    assert [each["trigger"]["triggerType"] for each in stack.pipeline.executions()] == [
        "StartPipelineExecution",
        "CreatePipeline",
    ]


def test_a_role_for_another_service_is_refused_in_cloudformations_words(stack: PipelineStack) -> None:
    template = stack.template(ALLOWED, "codepipeline:StartPipelineExecution")
    template["Resources"]["Role"] = role("lambda", *ALLOWED)
    stack.formation.create_stack(
        StackName=stack.name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
        OnFailure="DO_NOTHING",
    )
    assert stack.ended() == "CREATE_FAILED"
    events = stack.formation.describe_stack_events(StackName=stack.name)["StackEvents"]
    (reason,) = [
        each["ResourceStatusReason"]
        for each in events
        if (each["LogicalResourceId"], each["ResourceStatus"]) == ("Pipeline", "CREATE_FAILED")
    ]
    assert 'Resource handler returned message: "CodePipeline is not authorized to perform AssumeRole on role' in reason
    assert "(Service: CodePipeline, Status Code: 400, Request ID: " in reason
    assert "HandlerErrorCode: InvalidRequest" in reason


def test_a_caller_of_codepipeline_needs_permissions(account: Account) -> None:
    reader = Role(account, {"Action": "codepipeline:ListPipelines", "Resource": "*"})
    assert reader.call("codepipeline", "list_pipelines")["status"] == 200
    refused = reader.call("codepipeline", "start_pipeline_execution", name="shop")
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT_ID}:shop"
    assert refused["Code"] == "AccessDeniedException"
    assert refused["Message"] == reader.denial("codepipeline:StartPipelineExecution", arn)


def test_a_call_with_an_invalid_signature_is_refused(account: Account) -> None:
    credentials = Role(account, {"Action": "codepipeline:*", "Resource": "*"}).credentials()
    key, token = credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SESSION_TOKEN"]
    with pytest.raises(ClientError) as refused:
        client(account, "codepipeline", key, "another secret", token).list_pipelines()
    assert refused.value.response["Error"]["Code"] in ("InvalidSignatureException", "SignatureDoesNotMatch")
