"""The page of a report: what it says, that it loads and runs nothing, that others' text stays text, its size."""

import json
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import cycle, islice

import pytest

from lambdas.aws.environment_events import EnvironmentEvent
from lambdas.report.page import MAX_EVENTS, MAX_ROWS, page
from lambdas.report.release_history import read_history
from tests.support.histories import NAMES, MadeHistory, RecordedRelease

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:BeanstalkBlueGreen-dev:shop-1"
MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)></style>\x1b[2J\u202e"
MAX_BYTES = 1_000_000
VOID = {"meta"}


class Elements(HTMLParser):
    """The elements of a page, its text, and whether each that begins ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data.strip()} " if data.strip() else ""


def rendered(events: list[dict[str, object]], *told: EnvironmentEvent) -> str:
    history = read_history(events)
    assert history is not None
    return page(history, told, [], EXECUTION)


def recorded(name: str) -> str:
    release = RecordedRelease.read(name)
    return rendered(release.history, *release.events)


def test_a_failed_release_tells_who_serves_what_was_expected_what_was_found_and_what_to_do() -> None:
    text = Elements(recorded("failed_release")).text
    for words in (
        "Release of does_not_start onto shop-prod",
        "FAILED after 10:59",
        "Version before v1",
        "It failed in AwaitRelease Users are served by shop-prod-green (e-rsywamypsn) Ready, Ok, running v1",
        "Left over shop-prod (e-2xnn9dw3ry)",
        "Expected shop-prod to be Ready with does_not_start Found shop-prod (e-2xnn9dw3ry) Ready, Degraded",
        "What to do correct the version and start a new execution with it.",
        "Error DeploymentFailedError",
        "Failed to deploy application.",
    ):
        assert words in text, words


def test_the_picture_marks_the_stage_that_failed_and_who_served() -> None:
    elements = Elements(recorded("failed_release"))
    assert [each["class"] for _, each in elements.found if each.get("class") == "failed-name"] == ["failed-name"]
    assert "\u2717 AwaitRelease \xa00:43 \xa0DeploymentFailedError" in elements.text
    assert "shop-prod (blue)" in elements.text
    assert "shop-prod-green (green)" in elements.text


def test_a_release_that_succeeded_tells_its_result_and_no_failure() -> None:
    text = Elements(recorded("released")).text
    assert "SUCCEEDED: released after 4:43" in text
    assert "Users are served by shop-prod (blue)" in text
    assert "It failed in" not in text


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    text = recorded("failed_release")
    elements = Elements(text)
    links = [each["href"] for tag, each in elements.found if tag == "a"]
    assert links == [f"https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{EXECUTION}"]
    assert {tag for tag, _ in elements.found} & {"script", "link", "img", "iframe", "object", "use", "image"} == set()
    assert not [name for _, each in elements.found for name in each if name.startswith("on") or name == "src"]
    assert "url(" not in text.replace("url(#stripes)", "")
    assert "default-src 'none'" in text


def test_a_stopped_release_says_that_nothing_was_cleaned_up() -> None:
    made = MadeHistory.begun()
    made.run("Plan")
    made.enter("AwaitGreen")
    text = Elements(rendered(made.end("Aborted", error="Stopped", cause="by a person"))).text
    assert "It was stopped in AwaitGreen Users are served by shop-prod (blue)" in text
    assert "a stopped release cleans nothing up" in text
    assert "Found by a person" in text


def test_a_refused_release_says_that_nothing_was_touched() -> None:
    made = MadeHistory.begun()
    made.enter("Plan", deployment=None)
    made.fail("ReleaseRefusedError", json.dumps({"errorMessage": "Expected v9. Found none. Register it."}))
    made.leave("Plan", deployment=None)
    failure = {"State": "Plan", "Error": "ReleaseRefusedError", "Cause": "Expected v9. Found none.", "RedriveCount": 0}
    notice = {"message": "Users are served by: the same environment as before: nothing was touched"}
    made.run("KeepGreenLive", {"failure": failure, "deployment": None}, notice=notice, deployment=None)
    text = Elements(rendered(made.end("Failed"))).text
    assert "It failed in Plan Users are served by the same environment as before: nothing was touched" in text
    assert "Release of v2 onto shop-prod" in text


@pytest.mark.parametrize(
    ("error", "cause", "answer"),
    [
        ("", "", "approved"),
        ("Rejected", "wrong price", "Rejected: wrong price"),
        ("States.Timeout", "", "nobody answered in time"),
    ],
)
def test_an_approval_tells_when_people_were_asked_and_their_answer(error: str, cause: str, answer: str) -> None:
    made = MadeHistory.begun()
    made.enter("AwaitApproval")
    if error:
        made.fail(error, cause)
    else:
        made.add("TaskSucceeded")
    made.leave("AwaitApproval")
    text = Elements(rendered(made.end("Failed", error=error))).text
    assert f"Approvals Asked Waited Answer 2026-01-31 12:00:02 UTC 0:03 {answer}" in text


def test_text_of_others_stays_text() -> None:
    """Names, causes, errors and events are anybody's."""
    names = {**NAMES, **dict.fromkeys(("application", "blue", "version", "mode", "production_cname"), MARKUP)}
    made = MadeHistory.begun(names)
    made.run("Plan", {"deployment": names}, deployment=names)
    made.enter("AwaitApproval", deployment=names)
    made.fail(MARKUP, MARKUP)
    made.leave("AwaitApproval", deployment=names)
    failure = {"State": MARKUP, "Error": MARKUP, "Cause": f"Expected {MARKUP}. Found {MARKUP}.", "RedriveCount": 0}
    notice = {"subject": MARKUP, "message": f"Users are served by: {MARKUP}\nLeft over: {MARKUP}"}
    made.run("KeepGreenLive", {"failure": failure, "deployment": names}, notice=notice, deployment=names)
    history = made.end("Failed", error=MARKUP, cause=MARKUP)
    html = rendered(history, EnvironmentEvent(made.now, MARKUP, MARKUP, MARKUP))
    elements = Elements(html)
    assert {tag for tag, _ in elements.found} & {"script", "img"} == set()
    assert html.count("</style>") == 1
    assert not [character for character in unescape(html) if not character.isprintable() and character not in "\n\xa0"]
    assert "<script>alert(1)</script>" in elements.text


def test_the_secrets_of_an_input_and_a_tasks_token_are_not_shown() -> None:
    request = {**NAMES, "health_check": {"headers": {"Authorization": "Bearer secret-one"}}}
    made = MadeHistory.begun(request)
    made.run("Plan", deployment={**NAMES, **request})
    details = {"parameters": json.dumps({"Message": "--task-token secret-two"})}
    made.add("TaskScheduled", taskScheduledEventDetails=details)
    assert "secret-" not in rendered(made.end("Succeeded", output=json.dumps({"status": "released"})))


def test_the_longest_history_makes_a_page_below_a_megabyte_that_says_what_it_leaves_out() -> None:
    made = MadeHistory.begun({**NAMES, "version": "\U0001f600" * 9_999})
    for name in islice(cycle(["\U0001f600" * 999, '"' * 999]), 4_000):
        made.run(name)
    made.enter("AwaitRelease")
    made.fail('"' * 9_999, '"' * 9_999)
    history = made.end("Failed", error='"' * 9_999, cause='"' * 9_999)
    told = [
        EnvironmentEvent(made.now + timedelta(seconds=number), '"' * 99, "INFO", '"' * 9_999) for number in range(3_000)
    ]
    told[7] = replace(told[7], severity="ERROR", message="The one that matters.")
    html = rendered(history, *told)
    assert len(html.encode()) < MAX_BYTES
    assert f"{4_001 - MAX_ROWS:,} later runs of stages are left out." in html
    assert f"{3_000 - MAX_EVENTS:,} events of Elastic Beanstalk are left out, the least severe first." in html
    assert "The one that matters." in html
