"""Releases by an upload, with the documented rule, on the deployed state machine under traffic."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cfnlint.decode
import pytest

from rehearsal.account import samples
from tests.support.documents import documented
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

Json = dict[str, Any]
DOCUMENT = Path("docs/pipelines.md")
UPLOADS = "uploads-to-release"


@pytest.fixture
def uploads(testbed: ScenarioTestbed) -> Iterator[ScenarioShop]:
    """A shop with the template of docs/pipelines.md, which releases each upload."""
    testbed.s3.create_bucket(Bucket=UPLOADS)
    testbed.let_register_release_read(UPLOADS)
    testbed.s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Enabled"})
    testbed.s3.put_bucket_notification_configuration(
        Bucket=UPLOADS, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    shop = testbed.open_shop()
    name, template = f"uploads-of-{shop.name}", documented(DOCUMENT, "upload")
    with deployed(testbed, name, template, Application=shop.name, Blue=shop.blue):
        yield shop


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
        "source": "aws.s3",
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
    """Upload a bundle, and return the version id of the object. S3 sends the event."""
    return str(testbed.s3.put_object(Bucket=UPLOADS, Key=key, Body=samples.bundle("v2"))["VersionId"])


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
    template, problems = cfnlint.decode.decode_str(documented(DOCUMENT, "upload"))
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
