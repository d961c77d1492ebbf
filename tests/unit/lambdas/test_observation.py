"""Plan reads each thing once, and only what the request needs."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lambdas.aws.alarms import AlarmState
from lambdas.errors import ReleaseRefusedError
from tests.support.fake_services import FakeAlarms
from tests.support.stages import Release

Prepare = Callable[[Release], None]
CALLS = "provide-client-params.elastic-beanstalk.*"


@contextmanager
def counted_calls(release: Release) -> Iterator[Counter[tuple[str, str]]]:
    """Count the calls while the block runs, by action and parameters."""
    calls: Counter[tuple[str, str]] = Counter()

    def count(params: Any, model: Any, **_: Any) -> None:
        calls[model.name, repr(sorted(params.items()))] += 1

    release.account.client.meta.events.register(CALLS, count)
    yield calls
    release.account.client.meta.events.unregister(CALLS, count)


def blue_live(_: Release) -> None:
    """Blue alone, as the fixture makes it."""


def green_live(release: Release) -> None:
    release.swapped(release.cloned(), "green")


def deployed(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(mode="deploy"), "green"))


def green_left_over(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")


@pytest.mark.parametrize(
    ("prepare", "request_", "event_logs"),
    [
        (blue_live, {}, 1),
        (blue_live, {"version": "v1"}, 1),
        (blue_live, {"mode": "cutover", "version": "v1"}, 1),
        (blue_live, {"mode": "rollback"}, 1),
        (green_live, {}, 1),
        (green_live, {"mode": "rollback", "version": None}, 1),
        (deployed, {"mode": "cutover", "version": None}, 2),
        (green_left_over, {}, 1),
    ],
)
def test_a_plan_reads_each_thing_once(
    release: Release, prepare: Prepare, request_: dict[str, Any], event_logs: int
) -> None:
    prepare(release)
    with counted_calls(release) as calls:
        release.plan(execution="again", **request_)
    assert {call: times for call, times in calls.items() if times > 1} == {}
    assert sum(times for (action, _), times in calls.items() if action == "DescribeEvents") == event_logs


def test_a_plan_of_an_environment_that_is_not_there_reads_nothing_about_it(release: Release) -> None:
    with counted_calls(release) as calls, pytest.raises(ReleaseRefusedError):
        release.plan(blue="shop-nope")
    assert {action for action, _ in calls} == {"DescribeApplications", "DescribeEnvironments"}


def test_alarms_are_read_only_if_the_request_names_some(release: Release) -> None:
    class FakeCloudWatch(FakeAlarms):
        reads = 0

        def states(self, names: Any) -> dict[str, AlarmState]:
            self.reads += bool(names)
            return super().states(names)

    alarms = FakeCloudWatch()
    release.plan(alarms)
    assert alarms.reads == 0
    release.plan(alarms, alarms=["errors"])
    assert alarms.reads == 1
