"""Schedules have much in common: none repeats what is known, and none has another history for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.simulation.disturbance import Disturbance
from tools.simulation.play import Memory, Player

Players = Callable[[str], Player]


@pytest.mark.parametrize("name", ["full", "cutover", "approval", "shared", "hooks", "managed"])
def test_what_is_known_of_a_release_changes_no_history(player: Players, name: str) -> None:
    whole, known = player(name), replace(player(name), memory=Memory())
    last = len(known.base().sites) - 1
    for each in (Disturbance(last, "kill_after"), Disturbance(last - 20, "abort_redrive")):
        played = known.play((each,))
        history = whole.play((each,)).history
        assert played.history == history[: len(played.history)]
        assert played.rest or len(played.history) == len(history)


@pytest.mark.parametrize("words", ["40:throttle 46:abort_redrive", "30:slow 36:error_before", "31:slow 44:sick/green"])
def test_a_pair_that_goes_on_with_its_first_disturbance_has_the_same_history(player: Players, words: str) -> None:
    known = replace(player("full"), memory=Memory())
    schedule = tuple(map(Disturbance.from_text, words.split()))
    known.base()
    _, begin = known.play_to_go_on(schedule[:1])
    played, whole = known.play(schedule, begin=begin), known.whole(schedule)
    assert played.history == whole.history[: len(played.history)]
    checkpoint = begin.before(schedule)
    assert checkpoint
    assert schedule[0].point < checkpoint.calls <= schedule[1].point < len(played.sites)


def test_a_world_that_is_like_a_judged_one_is_not_played_on(player: Players) -> None:
    known = replace(player("full"), memory=Memory())
    calls = len(known.base().sites)
    played = known.play((Disturbance(40, "error_after"),))
    assert played.rest > 0
    assert len(played.sites) < calls < len(played.sites) + played.rest + 20
    assert played.end == "SUCCEEDED"


def test_what_differs_is_played_to_its_end(player: Players) -> None:
    known = replace(player("full"), memory=Memory())
    watched = next(each.point for each in known.base().sites if each.state == "WatchRelease")
    first = known.play((Disturbance(watched, "sick/blue"),))
    assert (first.end, first.rest) == ("FAILED", 0)
    again = known.play(first.schedule)
    assert (again.end, again.rest > 0) == ("FAILED", True)


def test_a_schedule_that_ends_like_a_judged_one_is_judged_itself(player: Players) -> None:
    known = replace(player("full"), memory=Memory())
    drained = [each.point for each in known.base().sites if each.state == "DrainBlue"]
    known.play((Disturbance(drained[0], "sick/blue"),))
    first = known.play((Disturbance(drained[8], "sick/blue"),))
    again = known.play((Disturbance(drained[9], "sick/blue"),))
    assert 0 < first.rest < again.rest
    assert len(again.sites) - drained[9] < 3 < len(first.sites) - drained[8]
