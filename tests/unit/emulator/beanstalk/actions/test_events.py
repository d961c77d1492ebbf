from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.support import source_bundles
from tests.support.in_memory import VirtualBeanstalk


def test_events_are_listed_newest_first(account: VirtualBeanstalk) -> None:
    account.launched()

    events = account.client.describe_events(ApplicationName="shop")["Events"]

    dates = [event["EventDate"] for event in events]
    assert dates == sorted(dates, reverse=True)
    assert events[-1]["Message"] == "createApplication is starting."


def test_an_event_names_its_application_and_environment(account: VirtualBeanstalk) -> None:
    id_ = account.create()

    event = account.client.describe_events(EnvironmentId=id_)["Events"][-1]

    assert (event["ApplicationName"], event["EnvironmentName"], event["Severity"]) == ("shop", "shop-prod", "INFO")


def test_events_have_the_request_id_of_the_call_that_caused_them(account: VirtualBeanstalk) -> None:
    account.launched("shop-other")
    answer = account.client.create_environment(
        ApplicationName="shop",
        EnvironmentName="shop-prod",
        SolutionStackName="64bit Amazon Linux 2023 v4.7.2 running Python 3.13",
    )
    account.until_status(answer["EnvironmentId"], "Ready")

    request_id = answer["ResponseMetadata"]["RequestId"]
    events = account.client.describe_events(RequestId=request_id)["Events"]

    assert {event["RequestId"] for event in events} == {request_id}
    assert {event["EnvironmentName"] for event in events} == {"shop-prod"}
    assert events[0]["Message"] == "Successfully launched environment: shop-prod"


@pytest.mark.parametrize(
    "filters",
    [{"ApplicationName": "blog"}, {"EnvironmentName": "shop-none"}, {"VersionLabel": "v9"}, {"TemplateName": "t"}],
)
def test_a_filter_leaves_out_other_events(account: VirtualBeanstalk, filters: dict[str, str]) -> None:
    account.create()

    assert account.client.describe_events(**filters)["Events"] == []  # type: ignore[arg-type]


def test_events_of_a_version_are_found_by_its_label(account: VirtualBeanstalk) -> None:
    """https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py holds such events."""
    assert account.messages(VersionLabel="v1") == [
        "createApplicationVersion is starting.",
        "Created new Application Version: v1",
        "createApplicationVersion completed successfully.",
    ]


def test_a_new_application_has_three_events(account: VirtualBeanstalk) -> None:
    """https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py holds such events."""
    account.client.create_application(ApplicationName="blog")

    assert account.messages(ApplicationName="blog") == [
        "createApplication is starting.",
        "Created new Application: blog",
        "createApplication completed successfully.",
    ]


def test_a_severity_means_that_or_higher(account: VirtualBeanstalk) -> None:
    account.version("dying", source_bundles.dying())
    id_ = account.launched(VersionLabel="dying")

    severities = {
        severity: {
            event["Severity"]
            for event in account.client.describe_events(EnvironmentId=id_, Severity=severity)["Events"]
        }
        for severity in ("TRACE", "WARN", "ERROR", "FATAL")
    }

    assert severities == {
        "TRACE": {"INFO", "WARN", "ERROR"},
        "WARN": {"WARN", "ERROR"},
        "ERROR": {"ERROR"},
        "FATAL": set(),
    }


def test_the_start_time_is_inclusive_and_the_end_time_exclusive(account: VirtualBeanstalk) -> None:
    account.launched()
    dates = sorted({event["EventDate"] for event in account.client.describe_events()["Events"]})
    start, end = dates[1], dates[3]

    found = {event["EventDate"] for event in account.client.describe_events(StartTime=start, EndTime=end)["Events"]}

    assert found == {date for date in dates if start <= date < end}
    assert start in found
    assert end not in found


def test_events_come_in_pages_that_new_events_do_not_shift(account: VirtualBeanstalk) -> None:
    account.launched()
    everything = account.client.describe_events()["Events"]

    first = account.client.describe_events(MaxRecords=3)
    account.version("later")
    second = account.client.describe_events(MaxRecords=3, NextToken=first["NextToken"])

    assert first["Events"] + second["Events"] == everything[:6]


def test_the_last_page_has_no_token(account: VirtualBeanstalk) -> None:
    events = account.client.describe_events()["Events"]

    assert "NextToken" not in account.client.describe_events(MaxRecords=len(events))


def test_an_unknown_token_is_refused(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*NextToken 'x'"):
        account.client.describe_events(NextToken="x")


def test_the_paginator_finds_every_event_once(account: VirtualBeanstalk) -> None:
    account.launched()

    pages = account.client.get_paginator("describe_events").paginate(PaginationConfig={"PageSize": 2})
    numbers = [(event["EventDate"], event["Message"]) for page in pages for event in page["Events"]]

    assert len(numbers) == len(account.client.describe_events()["Events"])


def test_events_are_dated_in_account_time(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"launch": 60})
    id_ = account.launched()

    events = account.client.describe_events(EnvironmentId=id_)["Events"]

    assert timedelta(seconds=60) <= events[0]["EventDate"] - events[-1]["EventDate"] < timedelta(seconds=900)
