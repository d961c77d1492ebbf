"""The function that writes reports: when it writes one, and what cannot keep it from doing so."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from lambdas.aws.application_events import ApplicationEvent, ApplicationEvents
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


class FakeApplicationEvents(ApplicationEvents):
    """These events, or an error."""

    def __init__(self, *events: ApplicationEvent, more: bool = False, error: PermissionDeniedError | None = None):
        self._events, self._more, self._error = list(events), more, error
        self.asked: list[tuple[str, datetime, datetime]] = []

    def between(self, application: str, start: datetime, end: datetime) -> tuple[list[ApplicationEvent], bool]:
        self.asked.append((application, start, end))
        if self._error:
            raise self._error
        return self._events, self._more


class FakeReports(Reports):
    """Reports in memory, by key."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}

    def put(self, execution: str, page: str) -> None:
        self.pages[report_key(execution)] = page


def written(events: list[dict[str, Any]], told: ApplicationEvents) -> dict[str, str]:
    reports = FakeReports()
    write_report(RecordedRelease.read("released").execution, FakeHistory(events), told, reports)
    return reports.pages


def test_a_report_has_the_events_of_both_environments_and_of_no_other() -> None:
    release = RecordedRelease.read("released")
    other = ApplicationEvent(release.events[0].at, "shop-staging", "INFO", "Of another environment.")
    told = FakeApplicationEvents(*release.events, other)
    (page,) = written(release.history, told).values()
    assert "swapEnvironmentCNAMEs is starting." in page
    assert "Of another environment." not in page
    ((application, start, end),) = told.asked
    assert (application, start) == ("shop", release.history[0]["timestamp"])
    assert end > release.history[-1]["timestamp"], "the last event may come a moment after the end"


def test_the_key_has_the_machine_and_the_execution() -> None:
    """Two stacks may share a bucket, and their executions may have the same name."""
    (key,) = written(RecordedRelease.read("released").history, FakeApplicationEvents())
    assert key == "reports/BeanstalkBlueGreen-dev/shop-2.html"


def test_a_report_without_events_says_why() -> None:
    (page,) = written(RecordedRelease.read("failed_release").history, FakeApplicationEvents(error=DENIED)).values()
    assert "Elastic Beanstalk did not show its events. Expected an answer. Found AccessDenied: no." in page
    (page,) = written(RecordedRelease.read("failed_release").history, FakeApplicationEvents(more=True)).values()
    assert "Older events of Elastic Beanstalk are left out" in page


def test_a_dry_run_leaves_no_report() -> None:
    made = MadeHistory.begun({**NAMES, "dry_run": True})
    made.run("Plan")
    assert written(made.end("Succeeded"), FakeApplicationEvents()) == {}


@pytest.mark.parametrize("request_", [["shop"], {"application": 7, "blue": {}}, "shop", {"application": ""}])
def test_a_release_with_a_useless_input_has_a_report(request_: Any) -> None:
    made = MadeHistory.begun(request_)
    made.add("TaskStateEntered", stateEnteredEventDetails={"name": "Plan", "input": "{}"})
    told = FakeApplicationEvents()
    (page,) = written(made.end("Failed", error="InvalidRequestError", cause="no"), told).values()
    assert "InvalidRequestError" in page
    assert told.asked == []
