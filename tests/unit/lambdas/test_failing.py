"""An environment fails its users when it is Severe or Red, or unhealthy for too long; an alarm, when it rings on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambdas.aws.environment import Environment
from lambdas.aws.event_log import EventLog
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError
from lambdas.failing import is_failing, ringing_alarms
from tests.support.fake_services import FakeAlarms
from tests.support.stages import Release

WATCH_SECONDS = 300


class FakeBeanstalk:
    """Events that show how the health of an environment changed, `seconds` ago."""

    def __init__(self, release: Release, *changes: tuple[int, str]) -> None:
        now = release.account.now()
        self.changes = [(now - timedelta(seconds=seconds), text) for seconds, text in changes]

    def events(self, _environment: Environment) -> EventLog:
        events: list[Any] = [
            {"EventDate": date, "Message": f"Environment health has {text}", "Severity": "INFO"}
            for date, text in self.changes
        ]
        return EventLog.from_events(events)


@pytest.fixture
def deployment(release: Release) -> Deployment:
    return release.plan(unhealthy_seconds=60, alarms=["errors"], alarm_seconds=30)


def failing(
    release: Release, deployment: Deployment, health: str, *changes: tuple[int, str], watched: int = 100
) -> bool:
    colours = {"Warning": "Yellow", "Degraded": "Red", "Severe": "Red", "NoData": "Grey", "Ok": "Green"}
    status = health if health in colours else None
    environment = replace(release.look("shop-prod"), health_status=status, colour=colours[status] if status else health)
    now = release.account.now()
    visit = release.visit(since=now - timedelta(seconds=watched))
    beanstalk: Any = FakeBeanstalk(release, *changes)
    return is_failing(environment, deployment, WATCH_SECONDS, visit, beanstalk)


@pytest.mark.parametrize("health", ["Severe", "Red"])
def test_severe_and_red_count_at_once(release: Release, deployment: Deployment, health: str) -> None:
    assert failing(release, deployment, health)


@pytest.mark.parametrize("health", ["Warning", "Degraded", "NoData", "Yellow", "Grey"])
def test_one_look_at_a_bad_moment_is_borne(release: Release, deployment: Deployment, health: str) -> None:
    with pytest.raises(EnvironmentNotReadyError, match="to be healthy"):
        failing(release, deployment, health)


@pytest.mark.parametrize(
    ("health", "change"),
    [("Warning", "transitioned from Ok to Warning. 20 % of the requests fail."), ("Yellow", "been set to YELLOW")],
)
def test_unhealthy_for_too_long_counts(release: Release, deployment: Deployment, health: str, change: str) -> None:
    assert failing(release, deployment, health, (60, change))
    with pytest.raises(EnvironmentNotReadyError, match="for 59 seconds"):
        failing(release, deployment, health, (59, change))


def test_the_seconds_count_from_the_first_of_several_bad_states(release: Release, deployment: Deployment) -> None:
    changes = [(10, "transitioned from Warning to Degraded."), (70, "transitioned from Info to Warning.")]
    assert failing(release, deployment, "Degraded", *changes, (500, "transitioned from Pending to Ok."))


def test_an_older_bad_time_does_not_count(release: Release, deployment: Deployment) -> None:
    changes = [(10, "transitioned from Ok to Warning."), (30, "transitioned from Warning to Ok.")]
    with pytest.raises(EnvironmentNotReadyError, match="for 10 seconds"):
        failing(release, deployment, "Warning", *changes, (500, "transitioned from Ok to Warning."))


def test_without_events_the_watch_does_not_go_on_for_ever(release: Release, deployment: Deployment) -> None:
    with pytest.raises(EnvironmentNotReadyError):
        failing(release, deployment, "NoData", watched=WATCH_SECONDS + 59)
    assert failing(release, deployment, "NoData", watched=WATCH_SECONDS + 60)


def test_an_accepted_health_is_healthy(release: Release, deployment: Deployment) -> None:
    assert not failing(release, replace(deployment, accepted_health=("Warning",)), "Yellow")


def test_an_alarm_that_rings_for_longer_than_the_release_bears_counts(release: Release, deployment: Deployment) -> None:
    now = release.account.now()
    for seconds, ringing in ((29, []), (30, ["errors"])):
        alarms = FakeAlarms("errors", since=now - timedelta(seconds=seconds))
        assert ringing_alarms(deployment, release.visit(), alarms) == ringing


def test_an_alarm_that_a_rollback_is_made_for_does_not_end_it(release: Release, deployment: Deployment) -> None:
    now = release.account.now()
    visit = release.visit(since=now - timedelta(seconds=100))
    back = replace(deployment, mode=Mode.ROLLBACK)
    before, after = (FakeAlarms("errors", since=now - timedelta(seconds=seconds)) for seconds in (101, 99))
    assert ringing_alarms(back, visit, before) == []
    assert ringing_alarms(back, visit, after) == ["errors"]
