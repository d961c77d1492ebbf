"""Releases from the pipeline, and by an upload, on the deployed state machine under traffic."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cfnlint.decode
import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import Settings
from rehearsal.account import samples
from tests.support.fake_codepipeline import ActionResult, FakeStepFunctionsAction, Variables
from tests.support.roles import Role
from tests.support.shop import SOON, ScenarioShop
from tests.support.template import CONTEXT
from tests.support.testbed import ScenarioTestbed

Json = dict[str, Any]


class Pipeline:
    """The stack's pipeline for a shop: a fake runs its Step Functions actions as the template has them."""

    def __init__(self, shop: ScenarioShop) -> None:
        self._testbed = shop.testbed
        # The permissions in docs/pipelines.md, and no others.
        role = Role(shop.testbed.account, *json.loads(documented("permissions")))
        self._states = role.client("stepfunctions")
        self._configurations = self._synthesized({"pipeline": f"{shop.name}:{shop.blue}", "pipeline_release": SOON})

    def upload(self, bundle: bytes) -> Variables:
        """Upload a bundle and return the variables of the source action."""
        of = self._configurations["Source"]
        stored = self._testbed.s3.put_object(Bucket=of["S3Bucket"], Key=of["S3ObjectKey"], Body=bundle)
        return {"Source": {"VersionId": stored["VersionId"], "ETag": stored["ETag"]}}

    def run(self, action: str, source: Variables) -> ActionResult:
        return FakeStepFunctionsAction(self._states).run(self._configurations[action], source)

    def _synthesized(self, context: Json) -> dict[str, dict[str, str]]:
        settings = Settings.from_context({"env": "dev", **context}.get, {})
        stack = BlueGreenStack(App(context=CONTEXT), "Piped", settings)
        (pipeline,) = Template.from_stack(stack).find_resources("AWS::CodePipeline::Pipeline").values()
        return {
            action["Name"]: {key: self._deployed(value) for key, value in action["Configuration"].items()}
            for stage in pipeline["Properties"]["Stages"]
            for action in stage["Actions"]
        }

    def _deployed(self, value: Any) -> str:
        """Return the value as CloudFormation resolves it in the deployed stack."""
        if not isinstance(value, dict):
            return str(value)
        if "Fn::Join" in value:
            return "".join(self._deployed(part) for part in value["Fn::Join"][1])
        kind = re.sub(r"[0-9A-F]{8}$", "", value["Ref"])
        return {
            "Artifacts": self._testbed.artifacts,
            "WorkflowStateMachine": self._testbed.machine,
            "NotificationsTopic": "the topic",
        }[kind]


def test_a_bundle_goes_live_through_deployment_approval_and_cutover_without_a_lost_request(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    pipeline = Pipeline(shop)
    source = pipeline.upload(samples.bundle("v2"))
    label = source["Source"]["VersionId"]
    with shop.traffic() as traffic:
        deployed = pipeline.run("Deploy", source)
        assert deployed.status == "Succeeded", deployed.error
        assert shop.versions.items() >= {shop.blue: label, shop.green: "v1"}.items()
        assert traffic.last_served_by == [f"{shop.green}/v1"], "until a person approves"
        cut_over = pipeline.run("Cutover", source)
    assert cut_over.status == "Succeeded", cut_over.error
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/{label}"]
    assert shop.versions == {shop.blue: label}
    assert f":{shop.blue}-deploy-" in deployed.variables["ExecutionArn"]
    assert deployed.variables["StateMachineArn"] == testbed.machine


def test_an_upload_that_is_overwritten_later_is_released_as_it_was(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    pipeline = Pipeline(shop)
    source = pipeline.upload(samples.bundle("v2"))
    pipeline.upload(samples.bundle("does_not_start"))
    done = pipeline.run("Deploy", source)
    assert done.status == "Succeeded", done.error
    assert shop.environment(shop.blue)["Health"] == "Green"


def test_an_approval_is_only_for_the_version_that_was_deployed_before_it(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    pipeline = Pipeline(shop)
    first, second = pipeline.upload(samples.bundle("v2")), pipeline.upload(samples.bundle("v1"))
    assert pipeline.run("Deploy", first).status == "Succeeded"
    assert pipeline.run("Deploy", second).status == "Succeeded"
    with shop.traffic() as traffic:
        refused = pipeline.run("Cutover", first)
        assert (refused.status, refused.error) == ("Failed", "ReleaseRefusedError")
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        assert pipeline.run("Cutover", second).status == "Succeeded"
    assert traffic.failed == []
    assert shop.versions == {shop.blue: second["Source"]["VersionId"]}


# --- the documented rule of EventBridge


UPLOADS = "uploads-to-release"
SOURCE = "aws.s3"
FAKE_SOURCE = "fake.s3"
"""EventBridge takes events of aws.* from AWS alone, and the emulator's S3 leaves the version id out of its own."""


@pytest.fixture
def uploads(testbed: ScenarioTestbed) -> Iterator[ScenarioShop]:
    """A shop with the template of docs/pipelines.md, which releases each upload."""
    testbed.s3.create_bucket(Bucket=UPLOADS)
    testbed.let_register_release_read(UPLOADS)
    testbed.s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Enabled"})
    shop = testbed.open_shop()
    template = documented("upload").replace(SOURCE, FAKE_SOURCE)
    with deployed(testbed, f"uploads-of-{shop.name}", template, Application=shop.name, Blue=shop.blue):
        yield shop


def documented(name: str) -> str:
    """Return the block of docs/pipelines.md after that mark."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", Path("docs/pipelines.md").read_text(), re.DOTALL)
    assert found, f"docs/pipelines.md should have a block behind <!-- {name} -->"
    return found[1]


@contextmanager
def deployed(testbed: ScenarioTestbed, name: str, template: str, **more: str) -> Iterator[None]:
    parameters = {"StateMachineArn": testbed.machine, "Bucket": UPLOADS, **more}
    formation = testbed.account.client("cloudformation")
    formation.create_stack(
        StackName=name,
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )

    def created() -> bool:
        (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        return bool(stack["StackStatus"] == "CREATE_COMPLETE")

    testbed.until(created, f"{name} to be created")
    try:
        yield
    finally:
        formation.delete_stack(StackName=name)


def event(key: str, version: str, etag: str) -> Json:
    """Return the event that S3 sends: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": SOURCE,
        "account": "123456789012",
        "time": "2026-11-23T00:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{UPLOADS}"],
        "detail": {
            "version": "0",
            "bucket": {"name": UPLOADS},
            "object": {"key": key, "size": 5, "etag": etag, "version-id": version, "sequencer": "0061"},
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "192.0.2.1",
            "reason": "PutObject",
        },
    }


def upload(testbed: ScenarioTestbed, key: str) -> str:
    """Upload a bundle, send its event, and return the version id of the object."""
    stored = testbed.s3.put_object(Bucket=UPLOADS, Key=key, Body=samples.bundle("v2"))
    sent = event(key, stored["VersionId"], stored["ETag"].strip('"'))
    entry = {"Source": FAKE_SOURCE, "DetailType": sent["detail-type"], "Detail": json.dumps(sent["detail"])}
    assert testbed.account.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    return str(stored["VersionId"])


def test_the_documented_rule_releases_an_upload_and_ignores_others(
    testbed: ScenarioTestbed, uploads: ScenarioShop
) -> None:
    before = executions(testbed)
    upload(testbed, "elsewhere/v2.zip")
    with uploads.traffic() as traffic:
        version = upload(testbed, f"uploads/{uploads.name}/a bundle.zip")
        testbed.until(lambda: executions(testbed) - before, "an execution")
        (arn,) = executions(testbed) - before
        release = testbed.follow(arn)
    assert release.status == "SUCCEEDED", release.cause
    assert executions(testbed) - before == {arn}, "one execution for one upload"
    assert traffic.failed == []
    assert uploads.versions == {uploads.blue: version}


@pytest.mark.parametrize(("key", "matches"), [("uploads/shop/v2.zip", True), ("uploads/shops.zip", False)])
def test_the_documented_rule_matches_only_uploads_of_the_application(
    testbed: ScenarioTestbed, key: str, matches: bool
) -> None:
    template, problems = cfnlint.decode.decode_str(documented("upload"))
    assert not problems
    pattern = json.dumps(template["Resources"]["Uploaded"]["Properties"]["EventPattern"])
    known = pattern.replace('{"Ref": "Bucket"}', f'"{UPLOADS}"')
    known = known.replace('{"Fn::Sub": "uploads/${Application}/"}', '"uploads/shop/"')
    answer = testbed.account.client("events").test_event_pattern(
        EventPattern=known, Event=json.dumps(event(key, "id-1", "etag"))
    )
    assert answer["Result"] is matches


def executions(testbed: ScenarioTestbed) -> set[str]:
    pages = testbed.states.get_paginator("list_executions").paginate(stateMachineArn=testbed.machine)
    return {execution["executionArn"] for page in pages for execution in page["executions"]}
