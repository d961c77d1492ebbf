"""Releases from the pipeline, on the deployed state machine under traffic."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import Settings
from rehearsal.account import samples
from rehearsal.account.cdk import Cdk
from tests.support.documents import documented
from tests.support.roles import Role, statement
from tests.support.running_pipeline import RunningPipeline
from tests.support.shop import SOON, ScenarioShop
from tests.support.template import CONTEXT
from tests.support.testbed import TIMEOUT_SECONDS, ScenarioTestbed
from tests.support.topics import Topics

Json = dict[str, Any]
DOCUMENT = Path("docs/pipelines.md")


# --- the stack's own pipeline

PIPED = "piped"
"""The application that the pipeline releases."""


@pytest.fixture(scope="module")
def piped(session_testbed: ScenarioTestbed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outputs of a second stack, which has a pipeline: by the command in docs/pipelines.md."""
    home = tmp_path_factory.mktemp("piped")
    cdk = Cdk(session_testbed.account.environment(), home / "cdk.log", home / "cdk.out")
    context = {"env": "piped", "pipeline": f"{PIPED}:{PIPED}-prod", "pipeline_release": json.dumps(SOON)}
    cdk.synthesize(*(word for name, value in context.items() for word in ("-c", f"{name}={value}")))
    return cdk.deploy()


def test_an_upload_goes_live_through_the_pipeline_of_the_stack_without_a_lost_request(
    testbed: ScenarioTestbed, piped: dict[str, str]
) -> None:
    """Source, Deploy, Approve and Cutover, as docs/pipelines.md tells it."""
    shop = testbed.open_shop(name=PIPED, bucket=piped["ArtifactsBucketName"])
    (name,) = (value for output, value in piped.items() if "PipelineName" in output)
    pipeline = RunningPipeline(testbed.account.client("codepipeline"), name, TIMEOUT_SECONDS)
    sns, sqs = testbed.account.client("sns"), testbed.account.client("sqs")
    people = Topics(sns, sqs).queue(piped["NotificationsTopicArn"])
    pipeline.until_state("Source", "Failed")  # it ran when it was made, without a source
    with shop.traffic() as traffic:
        upload = {"Bucket": piped["ArtifactsBucketName"], "Key": f"sources/{shop.name}/{shop.blue}.zip"}
        label = testbed.s3.put_object(**upload, Body=samples.bundle("v2"))["VersionId"]
        testbed.until(lambda: len(pipeline.executions()) == 2, "an execution of the pipeline")
        id_ = pipeline.executions()[0]["pipelineExecutionId"]
        deployed = pipeline.until_run(id_, "Deploy", "Succeeded")
        pipeline.until_run(id_, "Approve", "InProgress")
        assert shop.versions.items() >= {shop.blue: label, shop.green: "v1"}.items()
        assert traffic.last_served_by == [f"{shop.green}/v1"], "until a person approves"
        pipeline.answer()
        pipeline.until_run(id_, "Cutover", "Succeeded")
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/{label}"]
    assert shop.versions == {shop.blue: label}
    variables = deployed["output"]["outputVariables"]
    assert f":{shop.blue}-deploy-" in variables["ExecutionArn"]
    assert variables["StateMachineArn"] == piped["StateMachineArn"]
    assert [each["status"] for each in pipeline.executions()] == ["Succeeded", "Failed"]
    asked = [each for each in people.all() if each["Subject"].startswith("APPROVAL NEEDED: AWS CodePipeline")]
    assert label in json.loads(asked[0]["Message"])["approval"]["customData"]
    assert len(asked) == 1


# --- a pipeline of one's own


ANY_SHOP = "any-shop"
"""Stands for the name of the shop in the stages of the template."""


@pytest.fixture(scope="module")
def stages(testbed: ScenarioTestbed) -> str:
    """The stages of the stack's pipeline for any shop, as CreatePipeline takes them, in JSON."""
    context = {"env": "dev", "pipeline": f"{ANY_SHOP}:{ANY_SHOP}-prod", "pipeline_release": SOON}
    stack = BlueGreenStack(App(context=CONTEXT), "Piped", Settings.from_context(context.get, {}))
    (pipeline,) = Template.from_stack(stack).find_resources("AWS::CodePipeline::Pipeline").values()
    deployed = {
        "Artifacts": testbed.artifacts,
        "WorkflowStateMachine": testbed.machine,
        "NotificationsTopic": testbed.topic,
    }
    return json.dumps(
        [
            {"name": stage["Name"], "actions": [action_in(deployed, action) for action in stage["Actions"]]}
            for stage in pipeline["Properties"]["Stages"]
        ]
    )


def action_in(deployed: Mapping[str, str], declared: Json) -> Json:
    """Return an action of the template as CreatePipeline takes it, with the resources of the deployed stack."""
    return {
        "name": declared["Name"],
        "actionTypeId": {key.lower(): value for key, value in declared["ActionTypeId"].items()},
        "configuration": {key: resolved(deployed, value) for key, value in declared["Configuration"].items()},
        "outputArtifacts": [{"name": each["Name"]} for each in declared.get("OutputArtifacts", [])],
        **({"namespace": declared["Namespace"]} if "Namespace" in declared else {}),
    }


def resolved(deployed: Mapping[str, str], value: Any) -> str:
    """Return the value as CloudFormation resolves it in the deployed stack."""
    if not isinstance(value, dict):
        return str(value)
    if "Fn::Join" in value:
        return "".join(resolved(deployed, part) for part in value["Fn::Join"][1])
    return deployed[re.sub(r"[0-9A-F]{8}$", "", value["Ref"])]


class OwnPipeline(RunningPipeline):
    """A pipeline for a shop, whose role has the permissions in docs/pipelines.md, and those of its own source."""

    def __init__(self, shop: ScenarioShop, stages: str) -> None:
        super().__init__(shop.testbed.account.client("codepipeline"), f"{shop.name}-pipeline", TIMEOUT_SECONDS)
        self._testbed = shop.testbed
        self._stages: list[Json] = json.loads(stages.replace(ANY_SHOP, shop.name))
        source = ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket"]
        role = Role(
            shop.testbed.account,
            *json.loads(documented(DOCUMENT, "permissions")),
            *(statement(each, "arn:aws:s3:::*") for each in source),
            statement("sns:Publish", shop.testbed.topic),
            service="codepipeline.amazonaws.com",
        )
        store = {"type": "S3", "location": self._testbed.artifacts}
        declared = {"name": self.name, "roleArn": role.arn, "artifactStore": store, "stages": self._stages}
        self.client.create_pipeline(pipeline=declared)
        self.until_state("Source", "Failed")  # it runs when it is made, without a source

    def upload(self, bundle: bytes) -> str:
        """Upload a bundle and return its version id."""
        of = self._stages[0]["actions"][0]["configuration"]
        stored = self._testbed.s3.put_object(Bucket=of["S3Bucket"], Key=of["S3ObjectKey"], Body=bundle)
        return str(stored["VersionId"])


@pytest.fixture
def own(testbed: ScenarioTestbed, stages: str) -> Iterator[tuple[ScenarioShop, OwnPipeline]]:
    """A shop with a pipeline, which is deleted after the test."""
    shop = testbed.open_shop()
    pipeline = OwnPipeline(shop, stages)
    yield shop, pipeline
    pipeline.client.delete_pipeline(name=pipeline.name)


def test_an_upload_that_is_overwritten_later_is_released_as_it_was(own: tuple[ScenarioShop, OwnPipeline]) -> None:
    shop, pipeline = own
    label = pipeline.upload(samples.bundle("v2"))
    id_ = pipeline.start()
    pipeline.until_run(id_, "Source", "Succeeded")
    pipeline.upload(samples.bundle("does_not_start"))
    pipeline.until_run(id_, "Deploy", "Succeeded")
    assert shop.versions[shop.blue] == label
    assert shop.environment(shop.blue)["Health"] == "Green"


def test_an_approval_is_only_for_the_version_that_was_deployed_before_it(
    own: tuple[ScenarioShop, OwnPipeline],
) -> None:
    """The second execution deploys while the first one waits for a person, since each of its stages is free."""
    shop, pipeline = own
    pipeline.upload(samples.bundle("v2"))
    first = pipeline.start()
    pipeline.until_run(first, "Approve", "InProgress")
    label = pipeline.upload(samples.bundle("v1"))
    second = pipeline.start()
    pipeline.until_run(second, "Deploy", "Succeeded")
    with shop.traffic() as traffic:
        pipeline.answer()
        refused = pipeline.until_run(first, "Cutover", "Failed")
        assert "ReleaseRefusedError" in refused["output"]["executionResult"]["errorDetails"]["message"]
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        pipeline.until_run(second, "Approve", "InProgress")
        pipeline.answer()
        pipeline.until_run(second, "Cutover", "Succeeded")
    assert traffic.failed == []
    assert shop.versions == {shop.blue: label}


def test_a_retry_of_the_stage_finishes_a_deployment_that_was_stopped(own: tuple[ScenarioShop, OwnPipeline]) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html"""
    shop, pipeline = own
    label = pipeline.upload(samples.bundle("v2"))
    id_ = pipeline.start()
    started = pipeline.until_run(id_, "Deploy", "InProgress")["actionExecutionId"]
    shop.testbed.until(lambda: "externalExecutionId" in pipeline.state("Deploy"), "an execution of the machine")
    arn = pipeline.state("Deploy")["externalExecutionId"]
    shop.testbed.until_in(arn, "DrainBlue")
    shop.testbed.abort(arn)
    pipeline.until_run(id_, "Deploy", "Failed")
    pipeline.client.retry_stage_execution(
        pipelineName=pipeline.name, stageName="Deploy", pipelineExecutionId=id_, retryMode="FAILED_ACTIONS"
    )
    pipeline.until_run(id_, "Approve", "InProgress")
    assert pipeline.state("Deploy")["actionExecutionId"] != started
    assert shop.versions.items() >= {shop.blue: label, shop.green: "v1"}.items()
