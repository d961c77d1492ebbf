"""The function that writes reports: when it writes one, and what cannot keep it from doing so."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from lambdas.aws.environment_events import EnvironmentEvent, EnvironmentEvents
from lambdas.aws.executions import Executions
from lambdas.aws.reports import Reports, report_key
from lambdas.errors import PermissionDeniedError
from lambdas.report.write_report import write_report
from tests.support.histories import NAMES, MadeHistory, RecordedRelease

DENIED = PermissionDeniedError(expected="an answer", found="AccessDenied: no", next_step="Allow it.")


class FakeHistory(Executions):
    """One history for each execution."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self._events = events

    def history(self, _arn: str, most: int) -> Iterator[Any]:
        yield from self._events[:most]


class FakeEnvironmentEvents(EnvironmentEvents):
    """These events of one environment or the other, or an error."""

    def __init__(self, *events: EnvironmentEvent, more: bool = False, error: PermissionDeniedError | None = None):
        self._events, self._more, self._error = list(events), more, error
        self.asked: list[tuple[str, datetime, datetime]] = []

    def between(self, environment: str, start: datetime, end: datetime) -> tuple[list[EnvironmentEvent], bool]:
        self.asked.append((environment, start, end))
        if self._error:
            raise self._error
        name = {"e-2xnn9dw3ry": "shop-prod", "e-rsywamypsn": "shop-prod-green"}[environment]
        return [each for each in self._events if each.environment == name], self._more


class FakeReports(Reports):
    """Reports in memory, by key."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}

    def put(self, execution: str, page: str) -> None:
        self.pages[report_key(execution)] = page


def written(events: list[dict[str, Any]], told: EnvironmentEvents) -> dict[str, str]:
    reports = FakeReports()
    write_report(RecordedRelease.read("released").execution, FakeHistory(events), told, reports)
    return reports.pages


def test_a_report_has_the_events_of_both_environments_in_the_time_of_the_release() -> None:
    release = RecordedRelease.read("failed_release")
    told = FakeEnvironmentEvents(*release.events)
    (page,) = written(release.history, told).values()
    assert page.count('<td class="name">shop-prod</td>') > 1
    assert page.count('<td class="name">shop-prod-green</td>') > 1
    assert len(told.asked) == 2, "Elastic Beanstalk answers few calls, and releases need them"
    for _, start, end in told.asked:
        assert start == release.history[0]["timestamp"]
        assert end > release.history[-1]["timestamp"], "the last event may come a moment after the end"


def test_a_release_that_has_made_no_green_yet_asks_for_the_events_of_blue() -> None:
    made = MadeHistory.begun()
    made.run("Plan", deployment={**NAMES, "blue_id": "e-2xnn9dw3ry", "green_id": None})
    told = FakeEnvironmentEvents()
    written(made.end("Aborted"), told)
    assert [id_ for id_, _, _ in told.asked] == ["e-2xnn9dw3ry"]


def test_the_key_has_the_machine_and_the_execution() -> None:
    """Two stacks may share a bucket, and their executions may have the same name."""
    (key,) = written(RecordedRelease.read("released").history, FakeEnvironmentEvents())
    assert key == "reports/BeanstalkBlueGreen-dev/shop-2.html"


def test_a_report_without_events_says_why() -> None:
    (page,) = written(RecordedRelease.read("failed_release").history, FakeEnvironmentEvents(error=DENIED)).values()
    assert "Elastic Beanstalk did not show all events. Expected an answer. Found AccessDenied: no." in page
    (page,) = written(RecordedRelease.read("failed_release").history, FakeEnvironmentEvents(more=True)).values()
    assert "Older events of e-rsywamypsn are left out." in page


def test_a_dry_run_leaves_no_report() -> None:
    made = MadeHistory.begun({**NAMES, "dry_run": True})
    made.run("Plan")
    assert written(made.end("Succeeded"), FakeEnvironmentEvents()) == {}


@pytest.mark.parametrize("request_", [["shop"], {"application": 7, "blue": {}}, "shop", {"application": ""}])
def test_a_release_with_a_useless_input_has_a_report(request_: Any) -> None:
    made = MadeHistory.begun(request_)
    made.add("TaskStateEntered", stateEnteredEventDetails={"name": "Plan", "input": "{}"})
    told = FakeEnvironmentEvents()
    (page,) = written(made.end("Failed", error="InvalidRequestError", cause="no"), told).values()
    assert "InvalidRequestError" in page
    assert told.asked == []


def test_a_dry_run_that_failed_has_a_report_since_its_message_links_one() -> None:
    made = MadeHistory.begun({**NAMES, "dry_run": True})
    made.add("TaskStateEntered", stateEnteredEventDetails={"name": "Plan", "input": "{}"})
    events = made.end("Failed", error="PermissionDeniedError", cause="no")
    assert "PermissionDeniedError" in "".join(written(events, FakeEnvironmentEvents()).values())
