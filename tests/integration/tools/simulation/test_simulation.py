"""A slice of the simulator's search, and that its rules find what is broken."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from lambdas.aws.event_log import EventLog
from lambdas.errors import EnvironmentNotReadyError
from lambdas.stages import await_green, drain_blue, keep_green_live, terminate_green, verify_release, watch_release
from tools.simulation.cases import CASES
from tools.simulation.disturbance import Disturbance, Schedule
from tools.simulation.play import Memory, Played, Player
from tools.simulation.report import story
from tools.simulation.search import PAIRS, SearchLimits, disturbances, pairs, randoms, shrunk, singles
from tools.simulation.transport import connected

ROOT = Path(__file__).parents[4]
STRIDE = 151
"""A prime: one disturbance of so many is played, of each kind some."""
Players = Callable[[str], Player]


def good(played: Played) -> Played:
    """Fail with the story of a schedule that violates a rule."""
    assert not played.violations, "\n".join(story(played))
    return played


@pytest.mark.parametrize("name", CASES)
def test_each_release_ends_as_it_should_when_nothing_happens(player: Players, name: str) -> None:
    assert good(player(name).play()).end == ("SUCCEEDED" if CASES[name].succeeds else "FAILED")


def test_single_disturbances_violate_no_rule(player: Players) -> None:
    """`make simulate` plays all of them, of all releases."""
    full = replace(player("full"), memory=Memory())
    for each in islice(disturbances(full.base()), 0, None, STRIDE):
        good(full.play((each,)))


@pytest.mark.parametrize("fault", ["throttle", "error_before", "error_after", "reset_after"])
def test_a_question_that_is_not_sent_is_asked_again(player: Players, fault: str) -> None:
    """Step Functions retries a task with a token as any other, and makes a new token.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    approval = player("approval")
    question = next(
        each.point for each in approval.play().sites if (each.service, each.state) == ("sns", "AwaitApproval")
    )
    assert good(approval.play((Disturbance(question, fault),))).end == "SUCCEEDED"


def test_a_version_is_registered_once_by_a_function_that_runs_twice(player: Players) -> None:
    bundle = player("bundle")
    action = "CreateApplicationVersion"
    point = next(each.point for each in bundle.play().sites if each.action == action)
    assert good(bundle.play((Disturbance(point, "twice"),))).end == "SUCCEEDED"


@pytest.mark.parametrize("what", ["abort_start", "delete_record"])
def test_nothing_is_left_when_a_release_ends_at_the_termination_of_green(player: Players, what: str) -> None:
    sites = player("full").play().sites
    ended = next(each.point for each in sites if each.action == "TerminateEnvironment")
    then = ended + (what == "delete_record")
    found = player("full").play((Disturbance(ended, "kill_after"), Disturbance(then, what)))
    assert found.violations == ()
    assert found.end != "SUCCEEDED"


def test_a_release_that_finds_green_serving_gives_its_users_back_to_a_good_blue(player: Players) -> None:
    first = player("swapped").play().first
    found = player("swapped").play((Disturbance(first, "sick/green/240"),))
    assert found.violations == ()
    assert "GreenUnhealthyError" in "\n".join(found.history)


def test_a_green_that_is_busy_is_not_removed_when_blue_turns_sick_meanwhile(player: Players) -> None:
    sites = player("full").play().sites
    point = next(each.point for each in sites if each.action == "DeleteConfigurationTemplate")
    found = player("full").play((Disturbance(point, "sick/blue"), Disturbance(point + 1, "managed/green")))
    assert found.violations == ()
    assert "ReleaseUnhealthyError" in "\n".join(found.history)


def test_a_managed_update_of_blue_does_not_keep_users_on_a_sick_green(player: Players) -> None:
    point = max(each.point for each in player("full").play().sites if each.state == "DrainBlue")
    found = player("full").play((Disturbance(point, "managed/blue"), Disturbance(point, "sick/green")))
    assert found.violations == ()
    assert "GreenUnhealthyError" in "\n".join(found.history)


def test_pairs_and_random_schedules_violate_no_rule(player: Players) -> None:
    full = player("full")
    for played in [
        *(played for part in PAIRS for played in islice(pairs(full, SearchLimits(stride=200), part, seed=1), 2)),
        *islice(randoms({"both": player("both"), "full": full}, seed=2), 4),
    ]:
        good(played)


def test_a_schedule_has_one_history_whatever_the_process(player: Players) -> None:
    words = ["swapped", "seed=7", "50:twice", "60:reset_after", "70:sick/green/240"]
    schedule = tuple(Disturbance.from_text(word) for word in words[2:])
    here = player("swapped").play(schedule, seed=7)
    assert here == player("swapped").play(schedule, seed=7)
    program = subprocess.run(  # noqa: S603 - this Python, and a program of our own
        [sys.executable, "-m", "tools.simulation", "--play", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "3"},
        capture_output=True,
        check=False,
    )
    assert program.stdout.decode().splitlines()[: len(here.history)] == list(here.history)


@pytest.mark.parametrize("words", ["12:throttle 40:error_after 45:stale", "13:second/other 60:delete_record"])
def test_the_short_ways_change_no_history(player: Players, words: str) -> None:
    schedule = tuple(map(Disturbance.from_text, words.split()))
    short = player("full")
    with connected(exact=True) as board:
        exact = replace(short, board=board).play(schedule)
    assert short.play(schedule).history == exact.history


def test_a_call_is_not_taken_for_one_that_was_made_meanwhile(player: Players) -> None:
    """A function that runs twice calls while the first one waits for its answer."""
    sites = player("full").play().sites
    site = next(each for each in sites if each.action == "DescribeAutoScalingGroups")
    histories = []
    for disturbed in (False, True):
        with connected() as board:
            full = replace(player("full"), board=board)
            if disturbed:
                full.play((Disturbance(site.point, "twice"),))
            histories.append(full.play().history)
    assert histories[0] == histories[1]


def test_a_redriven_state_has_all_its_attempts_again(player: Players) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"""
    full = player("full")
    drained = [each.point for each in full.play().sites if each.state == "DrainBlue"]
    history = full.play((Disturbance(drained[6], "abort_redrive"),)).history
    before, _, after = "\n".join(history).partition("REDRIVEN")
    first, *_ = waits(before, "DrainBlue failed")
    assert waits(after, "DrainBlue failed")[0] == first < waits(before, "DrainBlue failed")[-1]


def waits(history: str, words: str) -> list[float]:
    """Return the seconds between the lines of a history with these words."""
    times = [float(line.split()[0]) for line in history.splitlines() if words in line]
    return [round(later - earlier, 1) for earlier, later in pairwise(times)]


# --- what the rules find, when something is broken


def at_once(deployment: Any, *_: Any, **__: Any) -> Any:
    return deployment


def refuse(*_: Any, **__: Any) -> Any:
    raise EnvironmentNotReadyError(expected="anything", found="nothing", next_step="Wait.")


BROKEN: dict[str, tuple[Any, str, Any, str, str]] = {
    "nothing is drained": (drain_blue, "drain_blue", at_once, "", "users with old DNS answers are still on shop-prod"),
    "green is not awaited": (await_green, "await_green", at_once, "", "Nothing released in the end"),
    "blue is not watched": (watch_release, "watch_release", at_once, "", "was watched for"),
    "nobody is rescued": (
        keep_green_live,
        "recover",
        refuse,
        "WatchRelease sick/blue",
        "Users of shop-prod got errors",
    ),
    "green is not removed": (terminate_green, "remove_green", at_once, "", "Nothing released in the end"),
    "blue is not tested": (verify_release, "verify_release", at_once, "", "were served fails-test, unproved"),
}
"""By what is broken: where, how, what happens in which state, and a rule that is violated."""


def test_known_worlds_hide_no_violation(player: Players, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of the schedules violate a rule, others do not: with and without what is known, they are the same ones."""
    monkeypatch.setattr(keep_green_live, "recover", refuse)
    limits = SearchLimits(states=["WatchRelease"], what=["sick/blue", "warn/blue/240", "error_after"], stride=7)
    known = replace(player("full"), memory=Memory())
    found = {played.schedule: played.violations for played in singles(known, limits)}
    assert len({bool(violations) for violations in found.values()}) == 2
    for schedule, violations in found.items():
        assert known.whole(schedule).violations == violations


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_finds_what_is_broken(player: Players, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, function, broken, happens, rule = BROKEN[name]
    case = player("fails-test" if "tested" in name else "full")
    schedule: Schedule = ()
    if happens:
        state, what = happens.split()
        schedule = (Disturbance(next(each.point for each in case.play().sites if each.state == state), what),)
    monkeypatch.setattr(module, function, broken)
    played = case.play(schedule)
    assert any(rule in each for each in played.violations), story(played)


def test_a_schedule_is_shrunk_to_what_violates_the_rule(player: Players, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventLog, "runs_label", property(lambda _: True))
    monkeypatch.setattr(drain_blue, "drain_blue", at_once)
    schedule = (Disturbance(3, "throttle"), Disturbance(5, "error_before"))
    full = player("full")
    assert len(shrunk(full, full.play(schedule, seed=3)).schedule) == 1
