"""Of many releases that are started at once, one begins after the other; nothing that fails there keeps one back."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas.aws.begun_releases import MAX_BYTES, BegunReleases
from lambdas.aws.conditional_object import ObjectChangedError
from lambdas.errors import EnvironmentNotReadyError
from lambdas.request import completed
from lambdas.stages import plan
from lambdas.turns import AT_ONCE, EACH_SECONDS, SPAN_SECONDS, TRIES, Turn, seconds_to_turn
from tests.support.s3 import FakeS3
from tests.support.stages import visit

PLACE = ("bucket", "begun-releases")
START = 1_800_000_000.0
Begin = Callable[..., float | None]


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3(PLACE[0])


@pytest.fixture
def releases(s3: FakeS3) -> BegunReleases:
    client: Any = s3
    return BegunReleases(client, *PLACE)


@pytest.fixture
def begin(releases: BegunReleases, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Return a function that invokes Plan of a release at a second. It returns when it began, None when it waits."""

    def invoke(name: str, second: float = 0, longest: float = 10_000) -> float | None:
        monkeypatch.setattr(time, "time", lambda: START + second)
        invocation = visit(name, now=datetime.fromtimestamp(START + second, UTC))
        turn = Turn(invocation, releases, longest)
        try:
            began = turn.require()
            turn.take()
        except EnvironmentNotReadyError:
            return None
        return began.timestamp() - START

    return invoke


@pytest.fixture
def crowd(begin: Begin) -> None:
    """Let so many begin that the next one waits."""
    for number in range(AT_ONCE):
        assert begin(f"release-{number}") == 0


def begins(number: int) -> list[float]:
    """Return when so many releases begin, each as soon as it may."""
    found: list[float] = []
    for _ in range(number):
        now = found[-1] if found else 0.0
        found.append(now + max(0, seconds_to_turn(found, now)))
    return found


def test_ten_begin_at_once_and_the_next_ones_one_after_the_other(crowd: None, begin: Begin) -> None:
    assert begin("next", EACH_SECONDS * 0.9) is None
    assert begin("next", EACH_SECONDS * 1.1)
    assert begin("one more", EACH_SECONDS * 3) is None, "the gap grows"
    assert begin("one more", EACH_SECONDS * 3.2)


def test_a_hundred_begin_in_three_minutes_and_of_a_thousand_one_in_five_seconds() -> None:
    """Each needs up to seven calls, of which Elastic Beanstalk answers two a second."""
    assert 120 < begins(100)[-1] < 180
    many = begins(1_000)
    assert 4 < (many[-1] - many[500]) / 499 < 5


def test_a_release_takes_one_turn_whatever_its_invocations(crowd: None, begin: Begin, s3: FakeS3) -> None:
    written = s3.calls["PutObject"]
    assert begin("release-3", 50) == 0
    assert s3.calls["PutObject"] == written


def test_releases_that_began_long_ago_keep_none_back(crowd: None, begin: Begin, releases: BegunReleases) -> None:
    assert begin("next", SPAN_SECONDS) == SPAN_SECONDS
    assert len(releases.read().times) == 1


def test_a_release_waits_only_as_long_as_its_history_has_room(crowd: None, begin: Begin) -> None:
    hour = 3600  # the age of these executions
    assert begin("next", longest=hour + 1) is None
    assert begin("next", longest=hour) == 0


def no_answer(**_: Any) -> Any:
    raise ReadTimeoutError(endpoint_url="https://bucket.s3.amazonaws.com")


@pytest.mark.parametrize("calls", [("get_object", "put_object"), ("put_object",)])
def test_without_an_answer_of_s3_a_release_begins_at_once(
    begin: Begin, s3: FakeS3, monkeypatch: pytest.MonkeyPatch, calls: tuple[str, ...]
) -> None:
    for call in calls:
        monkeypatch.setattr(s3, call, no_answer)
    assert begin("next") == 0


def test_a_role_that_may_not_read_the_object_begins_at_once(
    crowd: None, begin: Begin, s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")

    def deny(**_: Any) -> Any:
        raise denied

    monkeypatch.setattr(s3, "get_object", deny)
    assert begin("next") == 0


BROKEN = {
    "no JSON": b'{"a": 18000',
    "no object": b"[1]",
    "no numbers": b'{"a": "soon"}',
    "no finite numbers": b'{"a": NaN, "b": 1e999}',
    "of the future": b'{"a": 1900000000}',
    "too long": b'{"a": 1}'.ljust(MAX_BYTES + 1) + b"x",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_an_object_that_cannot_be_is_replaced(
    s3: FakeS3, releases: BegunReleases, begin: Begin, content: bytes
) -> None:
    s3.objects[PLACE] = (content, "torn")
    assert begin("next") == 0
    assert [*releases.read().times.values()] == [START]


@pytest.mark.parametrize(("lost", "began"), [(TRIES - 1, 0), (TRIES, None)])
def test_a_turn_that_another_one_takes_is_tried_for_again(
    begin: Begin, releases: BegunReleases, monkeypatch: pytest.MonkeyPatch, lost: int, began: float | None
) -> None:
    begin("first")
    write, lose = releases.write, [True] * lost

    def race(*given: Any) -> None:
        if lose and lose.pop():
            raise ObjectChangedError
        write(*given)

    monkeypatch.setattr(releases, "write", race)
    assert begin("next") == began


@pytest.mark.parametrize(
    ("request_of", "waits"),
    [
        ({}, True),
        ({"mode": "deploy"}, True),
        ({"mode": "cutover"}, False),
        ({"mode": "rollback"}, False),
        ({"dry_run": True}, False),
    ],
)
def test_what_may_lead_users_away_from_a_sick_environment_does_not_wait(
    crowd: None, releases: BegunReleases, monkeypatch: pytest.MonkeyPatch, request_of: dict[str, Any], waits: bool
) -> None:
    monkeypatch.setattr(plan, "connect_begun_releases", lambda: releases)
    request = completed({"application": "shop", "blue": "shop-prod", "version": "v2", **request_of})
    turn = plan._turn(request, visit("next", now=datetime.fromtimestamp(START, UTC)))
    with pytest.raises(EnvironmentNotReadyError, match="one after the other") if waits else nullcontext():
        turn.require()


def test_a_release_that_cannot_look_takes_no_turn(begin: Begin, releases: BegunReleases) -> None:
    """Plan looks between `require` and `take`. While Elastic Beanstalk throttles, it waits there."""
    Turn(visit("next"), releases, 10_000).require()
    assert releases.read().times == {}
