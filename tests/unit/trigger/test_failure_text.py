"""A failure as people read it at a terminal: once, short, with what to do before the cause."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from lambdas import errors
from lambdas.advice import advice as advice_in_notifications
from lambdas.advice import redrive_helps
from trigger.failure_text import advice, cause_lines, new_events
from trigger.follower import ReleaseFollower
from trigger.output import Output

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:BeanstalkBlueGreen-dev:shop-prod-v2-full-0a1b2c3d"
START = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = (
    "Expected shop-prod to be Ready with v2. Found shop-prod (e-abcdefghij) Ready, Severe, running v1. Instance "
    "deployment failed. For details, see 'eb-engine.log'. [Instance: i-0123456789abcdef0] Command failed on instance. "
    'Return code: 1 Output: Traceback (most recent call last): File "/var/app/venv/lib/python3.13/gunicorn'
    '/arbiter.py", line 608, in spawn_worker worker.init_process() File "/var/app/current/application.py", line 3, in '
    "<module> from flask import Flask ModuleNotFoundError: No module named 'flask'. Failed to deploy application. "
    "shop-prod-green serves v1 on. Correct the version and start a new execution with it, or redrive this one."
)
EVENTS = ["shop-prod: Failed to deploy application.", *(f"shop-prod: Another error, the number {n}." for n in range(9))]


class FakeExecutions:
    """Executions whose histories nobody asks for."""


class FakePair:
    """Blue and green, with these errors."""

    def serving(self) -> str:
        return "shop-prod-green (Ready, Ok) with v1, at http://shop-prod.us-east-1.elasticbeanstalk.com/"

    def errors(self, _: datetime) -> list[str]:
        return EVENTS


def summary(capsys: pytest.CaptureFixture[str], error: str = "DeploymentFailedError") -> str:
    follower = ReleaseFollower(cast("Any", FakeExecutions()), cast("Any", FakePair()), Output(as_json=False))
    found = {
        "executionArn": EXECUTION,
        "name": "shop-prod-v2-full-0a1b2c3d",
        "status": "FAILED",
        "redriveStatus": "REDRIVABLE",
        "startDate": START,
        "stopDate": START + timedelta(minutes=14),
        "input": '{"application": "shop", "blue": "shop-prod", "version": "v2"}',
        "error": error,
        "cause": WORDS,
    }
    assert follower.write_summary(found) == 1
    return capsys.readouterr().out


def test_a_failure_takes_less_than_20_lines_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = summary(capsys).splitlines()
    assert sum(-(-len(line) // 80) for line in lines) < 20, lines


def test_it_tells_the_users_then_what_to_do_then_the_cause_once(capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(summary(capsys).split())
    places = [
        said.index(words) for words in ("FAILED", "users are served by", "what to do", "Expected shop-prod", "https:")
    ]
    assert places == sorted(places)
    assert said.count("DeploymentFailedError") == 1
    assert "No module named 'flask'" in said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("InvalidRequestError", "correct the input and start again: a redrive has the same input"),
        ("DeploymentFailedError", "correct the version and start again; redrive if the cause lies elsewhere"),
        ("LockLostError", "redrive, unless the execution that the cause names runs, or succeeded later"),
        ("ReleaseUnhealthyError", "remove the cause, then redrive resumes the release"),
    ],
)
def test_a_redrive_is_advised_only_where_it_can_help(error: str, words: str) -> None:
    assert advice(error, redrivable=True) == words


@pytest.mark.parametrize("error", ["Rejected", *(name for name in vars(errors) if name.endswith("Error"))])
def test_the_notification_advises_a_redrive_after_the_same_errors(error: str) -> None:
    same_input = "the same input"
    told = advice_in_notifications(error)
    assert (same_input in advice(error, redrivable=True)) == (same_input in told)
    assert ("correct the version and start" in advice(error, redrivable=True)) == ("correct the version and" in told)
    assert ("that the cause names" in advice(error, redrivable=True)) == ("that the cause names" in told)
    assert (same_input not in told) == redrive_helps(error)


def test_an_execution_that_cannot_be_redriven_gets_no_such_advice() -> None:
    assert not advice("States.Timeout", redrivable=False)


def test_a_cause_of_many_lines_is_cut() -> None:
    found = cause_lines("SomeError", "word " * 1000)
    assert (len(found), found[1][:4]) == (5, "... ")


def test_an_event_that_the_cause_tells_is_not_told_again() -> None:
    found = new_events(EVENTS, WORDS)
    assert len(found) == 3
    assert not any("Failed to deploy" in line for line in found)
