"""The calls that a report needs, against answers of AWS as AWS documents them."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.aws.application_events import MAX_PAGES, ApplicationEvents
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


def event(minute: int, message: str, **more: str) -> dict[str, Any]:
    return {"EventDate": START.replace(minute=minute), "Message": message, "Severity": "INFO", **more}


def test_events_are_read_page_by_page_and_returned_oldest_first() -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeEvents.html"""
    client, stubber = stubbed("elasticbeanstalk")
    asked = {"ApplicationName": "shop", "StartTime": START, "EndTime": END, "MaxRecords": 1000}
    pages = [
        [event(9, "third", EnvironmentName="shop-green"), event(8, "of no environment")],
        [event(7, "second", EnvironmentName="shop-prod"), event(6, "first", EnvironmentName="shop-prod")],
    ]
    stubber.add_response("describe_events", {"Events": pages[0], "NextToken": "more"}, asked)
    stubber.add_response("describe_events", {"Events": pages[1]}, {**asked, "NextToken": "more"})
    events, more = ApplicationEvents(client).between("shop", START, END)
    assert [each.message for each in events] == ["first", "second", "third"]
    assert not more


def test_older_events_of_an_application_with_very_many_are_left_out() -> None:
    client, stubber = stubbed("elasticbeanstalk")
    for number in range(MAX_PAGES):
        page = {"Events": [event(30 - number, str(number), EnvironmentName="shop-prod")], "NextToken": str(number)}
        stubber.add_response("describe_events", page)
    events, more = ApplicationEvents(client).between("shop", START, END)
    assert [each.message for each in events] == ["2", "1", "0"]
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
