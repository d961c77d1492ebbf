"""The calls that a report needs, against answers of AWS as AWS documents them."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.aws.environment_events import MOST, EnvironmentEvents
from lambdas.aws.executions import Executions
from lambdas.aws.reports import Reports, report_link
from lambdas.errors import PermissionDeniedError

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:BeanstalkBlueGreen-dev:release-v2"
START, END = datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2026, 1, 31, 13, tzinfo=UTC)


def stubbed(service: str) -> tuple[Any, Stubber]:
    client: Any = boto3.client(service, **KEYS)  # type: ignore[call-overload]
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def event(minute: int, message: str) -> dict[str, Any]:
    date = START.replace(minute=minute)
    return {"EventDate": date, "Message": message, "Severity": "INFO", "EnvironmentName": "shop-prod"}


def test_the_events_of_an_environment_are_returned_oldest_first() -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeEvents.html"""
    client, stubber = stubbed("elasticbeanstalk")
    asked = {"EnvironmentId": "e-1", "StartTime": START, "EndTime": END, "MaxRecords": MOST}
    stubber.add_response("describe_events", {"Events": [event(9, "second"), event(8, "first")]}, asked)
    events, more = EnvironmentEvents(client).between("e-1", START, END)
    assert [(each.environment, each.message) for each in events] == [("shop-prod", "first"), ("shop-prod", "second")]
    assert not more


def test_older_events_of_an_environment_with_very_many_are_left_out() -> None:
    client, stubber = stubbed("elasticbeanstalk")
    stubber.add_response("describe_events", {"Events": [event(9, "newest")], "NextToken": "more"})
    events, more = EnvironmentEvents(client).between("e-1", START, END)
    assert [each.message for each in events] == ["newest"]
    assert more


def test_a_history_is_read_up_to_a_number_of_events() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html"""
    client, stubber = stubbed("stepfunctions")
    entry = {"timestamp": START, "type": "TaskStarted"}
    page = {"events": [{**entry, "id": 1}, {**entry, "id": 2}], "nextToken": "more"}
    stubber.add_response("get_execution_history", page, {"executionArn": EXECUTION, "maxResults": 1000})
    assert [each["id"] for each in Executions(client).history(EXECUTION, 2)] == [1, 2]


def test_a_denial_says_what_to_allow() -> None:
    client, stubber = stubbed("stepfunctions")
    stubber.add_client_error("get_execution_history", "AccessDeniedException", "not authorized", 400)
    with pytest.raises(PermissionDeniedError, match="show the history of"):
        list(Executions(client).history(EXECUTION, 2))


def test_a_report_is_kept_as_a_page_that_browsers_show() -> None:
    client, stubber = stubbed("s3")
    stubber.add_response(
        "put_object",
        {},
        {
            "Bucket": "bundles",
            "Key": "reports/BeanstalkBlueGreen-dev/release-v2.html",
            "Body": "<p>\u00e4</p>".encode(),
            "ContentType": "text/html; charset=utf-8",
            "CacheControl": "no-cache",
        },
    )
    Reports(client, "bundles").put(EXECUTION, "<p>\u00e4</p>")
    stubber.assert_no_pending_responses()


def test_a_link_leads_to_the_object_in_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORT_BUCKET", raising=False)
    assert report_link(EXECUTION) is None, "a function of before the upgrade knows no bucket"
    monkeypatch.setenv("REPORT_BUCKET", "bundles")
    arn = EXECUTION.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1").replace("v2", "\u00e4")
    assert report_link(arn) == (
        "https://console.amazonaws.cn/s3/object/bundles?region=cn-north-1"
        "&prefix=reports/BeanstalkBlueGreen-dev/release-%C3%A4.html"
    )
