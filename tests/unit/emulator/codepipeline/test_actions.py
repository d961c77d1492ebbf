"""What the actions of a pipeline do: the S3 source, Step Functions, manual approval."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.support.pipelines import MACHINE, ROLE, TOPIC, VirtualPipelines, action, approval, release, source


@pytest.fixture
def pipelines() -> VirtualPipelines:
    return VirtualPipelines()


# --- S3: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html


def test_the_source_gives_its_variables_and_its_revision(pipelines: VirtualPipelines) -> None:
    id_ = pipelines.create(source(), release("Deploy"))
    [found, _] = pipelines.details()
    assert found["output"]["outputVariables"] == {
        "BucketName": "bundles",
        "ObjectKey": "shop.zip",
        "VersionId": "version-1",
        "ETag": "etag-1",
    }
    [summary] = pipelines.call("ListPipelineExecutions", pipelineName="shop")["pipelineExecutionSummaries"]
    [revision] = summary["sourceRevisions"]
    assert (revision["actionName"], revision["revisionId"]) == ("Source", "version-1")
    assert revision["revisionSummary"] == "Amazon S3 version id: version-1"
    described = pipelines.call("GetPipelineExecution", pipelineName="shop", pipelineExecutionId=id_)
    assert described["pipelineExecution"]["artifactRevisions"][0]["name"] == "Source"


def test_the_source_becomes_an_artifact_in_the_pipelines_store(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    [(key, content)] = pipelines.services.stored.items()
    assert content == b"v1"
    [artifact] = pipelines.details()[0]["output"]["outputArtifacts"]
    assert artifact == {"name": "Source", "s3location": {"bucket": "store", "key": key}}
    assert key.startswith("shop/Source/")


@pytest.mark.parametrize(
    ("versioning", "objects", "kind", "message"),
    [
        (None, {"bundles/shop.zip": [b"v1"]}, "ConfigurationError", "does not keep versions"),
        ("Enabled", {}, "RevisionUnavailable", "has no object with the key shop.zip"),
    ],
)
def test_a_source_that_is_not_there_fails(
    pipelines: VirtualPipelines, versioning: str | None, objects: dict[str, list[bytes]], kind: str, message: str
) -> None:
    pipelines.services.versioning, pipelines.services.objects = versioning, objects
    pipelines.create(source(), release("Deploy"))
    error = pipelines.action("Source")["errorDetails"]
    assert error["code"] == kind
    assert message in error["message"]


# --- Step Functions: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html


def test_the_name_of_an_execution_is_the_prefix_and_the_id_of_the_action_execution(
    pipelines: VirtualPipelines,
) -> None:
    pipelines.create(source(), release("Deploy"))
    [name] = pipelines.services.executions
    assert name == f"deploy-{pipelines.action('Deploy')['actionExecutionId']}"


def test_the_action_gives_the_arns_to_later_actions(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"), release("Cutover", '{"after": "#{Deploy.ExecutionArn}"}'))
    pipelines.end("deploy")
    arn = f"{MACHINE.replace('stateMachine', 'execution')}:{next(iter(pipelines.services.executions))}"
    assert pipelines.services.inputs()[1] == {"after": arn}
    deploy = pipelines.details()[1]
    assert deploy["output"]["outputVariables"] == {"ExecutionArn": arn, "StateMachineArn": MACHINE}
    assert deploy["output"]["executionResult"]["externalExecutionId"] == arn


def test_a_failed_execution_fails_the_action_with_error_and_cause(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    pipelines.end("deploy", "FAILED", error="ReleaseRefusedError", cause="v1 is not there")
    error = pipelines.action("Deploy")["errorDetails"]
    assert error["code"] == "JobFailed"
    assert "ReleaseRefusedError" in error["message"]
    assert "v1 is not there" in error["message"]


def test_an_execution_that_takes_more_than_seven_days_fails_the_action(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"))
    pipelines.advance(7 * 24 * 3_600)
    assert pipelines.action("Deploy")["status"] == "Failed"


def test_a_literal_input_has_at_most_1000_characters(pipelines: VirtualPipelines) -> None:
    with pytest.raises(ClientError, match="length less than or equal to 1000"):
        pipelines.create(source(), release("Deploy", "x" * 1_001))


def test_the_values_of_variables_count_in_a_literal_input(pipelines: VirtualPipelines) -> None:
    packed = "#{Source.BucketName}#{Source.BucketName}"
    long_name = source(configuration={"S3Bucket": "b" * 60, "S3ObjectKey": "shop.zip"})
    pipelines.services.objects = {f"{'b' * 60}/shop.zip": [b"v1"]}
    pipelines.create(long_name, release("Deploy", packed + "x" * 900))
    error = pipelines.action("Deploy")["errorDetails"]
    assert (error["code"], "this one has 1020" in error["message"]) == ("ConfigurationError", True)


def test_a_longer_input_comes_from_a_file_of_an_artifact(pipelines: VirtualPipelines) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deploy.json", json.dumps({"version": "v" * 2_000}))
    pipelines.services.objects["bundles/shop.zip"] = [packed.getvalue()]
    configuration = {"StateMachineArn": MACHINE, "InputType": "FilePath", "Input": "deploy.json"}
    pipelines.create(
        source(), action("Deploy", "Invoke", "StepFunctions", configuration, inputArtifacts=[{"name": "Source"}])
    )
    assert pipelines.services.inputs() == [{"version": "v" * 2_000}]


def test_an_artifact_without_the_file_fails_the_action(pipelines: VirtualPipelines) -> None:
    configuration = {"StateMachineArn": MACHINE, "InputType": "FilePath", "Input": "deploy.json"}
    pipelines.create(
        source(), action("Deploy", "Invoke", "StepFunctions", configuration, inputArtifacts=[{"name": "Source"}])
    )
    assert "has no file deploy.json" in pipelines.action("Deploy")["errorDetails"]["message"]


# --- manual approval: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html


def awaiting(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), approval(), release("Cutover"))


def test_an_approval_asks_people_through_the_topic(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html"""
    awaiting(pipelines)
    [message] = pipelines.services.published
    assert message["TopicArn"] == TOPIC
    assert message["Subject"] == "APPROVAL NEEDED: AWS CodePipeline shop for action Approve"
    found = json.loads(message["Message"])
    assert set(found) == {"region", "consoleLink", "approval"}
    assert (
        found["approval"].items()
        >= {
            "pipelineName": "shop",
            "stageName": "Approve",
            "actionName": "Approve",
            "token": pipelines.action("Approve")["token"],
            "customData": "version-1 passed its test.",
        }.items()
    )


def test_an_approved_action_goes_on_and_says_who_approved(pipelines: VirtualPipelines) -> None:
    awaiting(pipelines)
    assert pipelines.answer()["approvedAt"] <= pipelines.clock.time()
    found = pipelines.action("Approve")
    assert (found["status"], found["summary"]) == ("Succeeded", "looks good")
    assert found["lastUpdatedBy"] == pipelines.caller.arn()
    assert len(pipelines.services.executions) == 1


def test_a_rejected_action_fails_its_stage(pipelines: VirtualPipelines) -> None:
    awaiting(pipelines)
    pipelines.answer("Rejected")
    assert pipelines.stages() == {"Source": "Succeeded", "Approve": "Failed", "Cutover": None}


@pytest.mark.parametrize(("minutes", "more"), [(7 * 24 * 60, {}), (30, {"timeoutInMinutes": 30})])
def test_an_approval_without_an_answer_fails(pipelines: VirtualPipelines, minutes: int, more: dict[str, int]) -> None:
    """Seven days, unless the action says otherwise."""
    pipelines.create(source(), approval(**more), release("Cutover"))
    pipelines.advance(60 * minutes - 120)
    assert pipelines.action("Approve")["status"] == "InProgress"
    pipelines.advance(240)
    assert pipelines.action("Approve")["status"] == "Failed"


def test_the_token_must_be_that_of_the_open_approval(pipelines: VirtualPipelines) -> None:
    awaiting(pipelines)
    token = pipelines.action("Approve")["token"]
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        pipelines.answer(token="1a2b3c4d-573f-4ea7-967e-0123456789ab")
    pipelines.answer()
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        pipelines.call(
            "PutApprovalResult",
            pipelineName="shop", stageName="Approve", actionName="Approve", token=token,
            result={"summary": "", "status": "Approved"},
        )  # fmt: skip


def test_each_of_several_parallel_executions_has_an_approval_of_its_own(pipelines: VirtualPipelines) -> None:
    first = pipelines.create(source(), approval(), executionMode="PARALLEL", pipelineType="V2")
    token = pipelines.action("Approve")["token"]
    second = pipelines.start()
    pipelines.answer(token=token)
    assert pipelines.executions() == {second: "InProgress", first: "Succeeded"}


# --- roles


@pytest.mark.parametrize(
    ("denied", "failed"),
    [
        ("GetBucketVersioning", "Source"),
        ("GetObject", "Source"),
        ("PutObject", "Source"),
        ("DescribeStateMachine", "Deploy"),
        ("StartExecution", "Deploy"),
        ("Publish", "Approve"),
    ],
)
def test_an_action_fails_when_its_role_lacks_a_permission(
    pipelines: VirtualPipelines, denied: str, failed: str
) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"""
    pipelines.services.denied = denied
    pipelines.create(source(), [release("Deploy"), approval(namespace="Other")])
    error = pipelines.action(failed)["errorDetails"]
    assert error["code"] == "PermissionError"
    assert denied in error["message"]


def test_an_action_acts_in_its_own_role_if_it_has_one(pipelines: VirtualPipelines) -> None:
    own = f"{ROLE}-of-deploy"
    pipelines.create(source(), release("Deploy", roleArn=own))
    assert set(pipelines.services.sessions) == {(ROLE, None, "s3"), (ROLE, own, "stepfunctions")}


def test_a_variable_without_a_value_fails_the_action(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy", '{"version": "#{Source.CommitId}"}'))
    error = pipelines.action("Deploy")["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert "#{Source.CommitId} has no value" in error["message"]
