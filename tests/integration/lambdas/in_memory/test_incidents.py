"""An environment turns sick at each moment of a release: users are soon on the other one, if it is known to be good."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from lambdas import http_answers
from tests.support.in_memory import DURATIONS, VirtualBeanstalk
from tests.support.incident_runs import IncidentRun
from tests.support.release_runs import POLL_SECONDS
from tests.support.stages import PRODUCTION, Release

SHOWN = DURATIONS["unhealthy"] + 2 * DURATIONS["health_check"]
"""Seconds until Elastic Beanstalk shows that an environment is sick."""
SWAP = 5 + POLL_SECONDS
RESCUED = SHOWN + 2 * POLL_SECONDS + SWAP
"""Seconds until users of a sick environment are elsewhere: a look, the failure branch's look, and a swap."""

Run = Callable[..., IncidentRun]


@pytest.fixture
def run(account: VirtualBeanstalk, release: Release, monkeypatch: pytest.MonkeyPatch) -> Run:
    def status(url: str, *_: object, **__: object) -> int:
        found = urlsplit(url)
        return account.get(found.hostname or "", found.path).status

    monkeypatch.setattr(http_answers, "get_status", status)
    monkeypatch.setattr("lambdas.http_answers.time.sleep", account.memory.advance)

    def play(environment: str, state: str, after: float) -> IncidentRun:
        """Return a release that was played to its end, in which the environment turned sick."""

        def incident() -> None:
            account.hosting(environment).order = 500

        played = IncidentRun(account, release, state_of_incident=state, after=after, incident=incident)
        played.play()
        return played

    return play


@pytest.mark.parametrize("after", [0, 20, 40, 60, 80, 100])
@pytest.mark.parametrize("state", ["SwapToGreen", "AwaitGreenLive", "DrainBlue"])
def test_users_leave_a_green_that_turns_sick_before_blue_is_touched(run: Run, state: str, after: float) -> None:
    played = run("shop-prod-green", state, after)
    if played.happened is None:
        return  # the state was over
    assert played.seconds_lost <= RESCUED, played.states
    assert played.outcome, played.states
    assert played.outcome.served_by.startswith("shop-prod ("), played.states


@pytest.mark.parametrize("after", [0, 10, 20, 40, 80])
@pytest.mark.parametrize("state", ["SwapToBlue", "AwaitBlueLive", "WatchRelease"])
def test_users_leave_a_blue_that_turns_sick_while_green_stands_by(run: Run, state: str, after: float) -> None:
    played = run("shop-prod", state, after)
    if played.happened is None:
        return  # the state was over
    assert played.seconds_lost <= RESCUED, played.states
    assert played.outcome, played.states
    assert played.outcome.served_by.startswith("shop-prod-green ("), played.states


@pytest.mark.parametrize("after", [0, 20])
@pytest.mark.parametrize("state", ["DeployRelease", "AwaitRelease", "SwapToBlue", "AwaitBlueLive", "WatchRelease"])
def test_a_green_that_turns_sick_after_blue_is_touched_ends_with_users_on_the_new_version(
    run: Run, state: str, after: float
) -> None:
    played = run("shop-prod-green", state, after)
    if played.happened is None:
        return  # the state was over
    assert played.error is None, played.states
    assert played.release.look("shop-prod").version == "v2"
    assert played.release.look("shop-prod").cname == PRODUCTION
