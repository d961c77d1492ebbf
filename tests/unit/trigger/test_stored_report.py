"""The report of a release in the stack's bucket: where it is, and how it is saved."""

from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from trigger.stored_report import ReportMissingError, StoredReport

EXECUTION = "arn:aws-cn:states:cn-north-1:123456789012:execution:BeanstalkBlueGreen-dev:shop-prod-v2-full-1a2b3c4d"
KEY = "reports/BeanstalkBlueGreen-dev/shop-prod-v2-full-1a2b3c4d.html"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


class FakeReportSession:
    """A session whose CloudFormation and S3 answer as they are told."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {
            service: boto3.client(service, **KEYS)  # type: ignore[call-overload]
            for service in ("cloudformation", "s3")
        }
        self._stubbers = {service: Stubber(client) for service, client in self._clients.items()}
        for stubber in self._stubbers.values():
            stubber.activate()

    def client(self, service: str) -> Any:
        return self._clients[service]

    def has_stack(self, bucket: str) -> None:
        output = {"OutputKey": "ArtifactsBucketName", "OutputValue": bucket}
        stack = {"StackName": "x", "CreationTime": "2026-01-31", "StackStatus": "CREATE_COMPLETE", "Outputs": [output]}
        asked = {"StackName": "BeanstalkBlueGreen-dev"}
        self._stubbers["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]}, asked)

    def denies(self, service: str, call: str) -> None:
        self._stubbers[service].add_client_error(call, "AccessDenied", "no", 403)

    def has_report(self, page: bytes) -> None:
        body = StreamingBody(BytesIO(page), len(page))
        self._stubbers["s3"].add_response("get_object", {"Body": body}, {"Bucket": "bundles", "Key": KEY})


@pytest.fixture
def session() -> Any:
    return FakeReportSession()


def test_the_stack_tells_the_bucket(session: Any, tmp_path: Path) -> None:
    session.has_stack("bundles")
    session.has_report(b"<!doctype html>")
    report = StoredReport(session, EXECUTION, "another")
    assert report.link == f"https://console.amazonaws.cn/s3/object/bundles?region=cn-north-1&prefix={KEY}"
    report.save(tmp_path / "release.html")
    assert (tmp_path / "release.html").read_bytes() == b"<!doctype html>"


def test_a_variable_tells_it_to_credentials_that_may_not_see_the_stack(session: Any) -> None:
    session.denies("cloudformation", "describe_stacks")
    assert "/s3/object/bundles?" in StoredReport(session, EXECUTION, "bundles").link


def test_without_either_the_message_says_what_to_do(session: Any) -> None:
    session.denies("cloudformation", "describe_stacks")
    with pytest.raises(ReportMissingError, match="set ARTIFACTS_S3_BUCKET to the stack's bucket, or allow"):
        _ = StoredReport(session, EXECUTION, None).link


def test_a_report_that_cannot_be_read_or_written_is_named(session: Any, tmp_path: Path) -> None:
    session.has_stack("bundles")
    session.denies("s3", "get_object")
    report = StoredReport(session, EXECUTION, None)
    with pytest.raises(ReportMissingError, match=rf"Expected the report at s3://bundles/{KEY}. Found .*AccessDenied"):
        report.save(tmp_path / "release.html")
    session.has_report(b"")
    with pytest.raises(ReportMissingError, match=r"cannot be written to .*: Is a directory"):
        report.save(tmp_path)
