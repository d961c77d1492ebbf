"""What is read out of a world: facts without names that chance has made, and times from now on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.beanstalk.model import Event
from tools.simulation.judged import JudgedWorlds, Rest, distance_of, recent_events
from tools.simulation.likeness import new_reader
from tools.simulation.reader import Likeness

NOW = 1_800_000_000.0
EARLIER = "2027-01-15T07:59:50+00:00"
"""Ten seconds before NOW."""


def read(*things: Any, now: float = NOW) -> Likeness:
    reader = new_reader(now)
    for each in things:
        reader.read(each)
    return reader.likeness()


def waiting(seconds: float) -> Iterator[float]:
    yield seconds
    yield 2 * seconds


def test_identifiers_count_by_their_order_only() -> None:
    one = read({"id": "e-abcdefgh23"}, "e-abcdefgh23 is Ready")
    assert one == read({"id": "e-zyxwvuts45"}, "e-zyxwvuts45 is Ready")
    assert one != read({"id": "e-zyxwvuts45"}, "e-abcdefgh23 is Ready")


@pytest.mark.parametrize("thing", [NOW - 10, EARLIER, {"at": EARLIER}, b'{"at": "2027-01-15T07:59:50Z"}'])
def test_times_count_from_now_on(thing: Any) -> None:
    assert read(thing).times == (-10,)
    assert read(thing, now=NOW + 5).times == (-15,)
    assert read(thing).facts == read(thing, now=NOW + 5).facts


def test_a_generator_counts_by_where_it_stands_and_what_it_works_on() -> None:
    begun, gone_on = waiting(1), waiting(1)
    assert read(waiting(1)) == read(begun)
    assert read(waiting(1)) != read(waiting(2))
    next(gone_on)
    assert read(begun).facts != read(gone_on).facts


def keeps(label: str) -> Callable[[], str]:
    return lambda: label


def test_a_function_counts_by_what_it_has_kept() -> None:
    assert read(keeps("v1")) == read(keeps("v1"))
    assert read(keeps("v1")) != read(keeps("v2"))


@pytest.mark.parametrize(
    ("one", "two", "near"), [(5, 7, True), (5, 8, False), (-500, -450, True), (-100, -80, False), (0, 0, True)]
)
def test_times_that_are_further_away_may_differ_by_more(one: float, two: float, near: bool) -> None:
    assert (distance_of((one,), (two,)) <= 1) is near


def test_differences_of_worlds_that_are_like_each_other_add_up() -> None:
    worlds = JudgedWorlds()
    worlds.add(Likeness(1, (10.0,)), Rest((10.0,), "SUCCEEDED", calls=5, seconds=60, allowance=0))
    found = worlds.find(Likeness(1, (11.5,)), 0, 0)
    assert found
    worlds.add(Likeness(1, (20.0,)), Rest((20.0,), "FAILED", 5, 60, 0, found.distance))
    assert (found.end, found.distance) == ("SUCCEEDED", 0.6)
    assert worlds.find(Likeness(1, (20.9,)), 0, 0)
    assert not worlds.find(Likeness(1, (21.5,)), 0, 0)


def test_the_nearest_of_the_judged_worlds_is_found() -> None:
    worlds = JudgedWorlds()
    for seconds, end in ((10.0, "FAILED"), (12.0, "SUCCEEDED"), (15.0, "ABORTED")):
        worlds.add(Likeness(1, (seconds,)), Rest((seconds,), end, calls=5, seconds=60, allowance=0))
    found = worlds.find(Likeness(1, (12.1,)), 0, 0)
    assert found
    assert found.end == "SUCCEEDED"


def test_of_the_events_of_health_the_latest_two_count() -> None:
    events = [
        Event(number, NOW, f"Environment health has changed {number}", "INFO", None, "a", "1") for number in range(4)
    ]
    events.insert(0, Event(9, NOW, "Environment update is starting.", "INFO", None, "a", "1"))
    assert [each.number for each in recent_events(events, "1")] == [9, 3, 2]
    assert recent_events(events, "2") == []
