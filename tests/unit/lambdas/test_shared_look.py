"""What one execution sees serves all; whatever becomes of it, each can look by itself."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas import waiter
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.conditional_object import ObjectChangedError
from lambdas.aws.snapshot import Snapshot
from lambdas.aws.snapshots import Snapshots
from lambdas.errors import EnvironmentNotReadyError
from lambdas.shared_look import CLAIM_SECONDS, LOST_SECONDS, USABLE_SECONDS, BeanstalkByLook, SharedLook
from lambdas.visit import Visit
from tests.support.s3 import FakeS3
from tests.support.stages import Release

PLACE = ("bucket", "snapshot")
FRESH = 10
Take = Callable[..., tuple[Visit, Beanstalk]]


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3(PLACE[0])


@pytest.fixture
def snapshots(s3: FakeS3) -> Snapshots:
    client: Any = s3
    return Snapshots(client, *PLACE)


@pytest.fixture
def take(release: Release, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Return a function that takes a look now. Its state was entered an hour ago, by default."""
    monkeypatch.setattr(time, "time", lambda: release.account.now().timestamp())
    release.wait(60)

    def look(entered: float = 3600, *, waits: bool = False) -> tuple[Visit, Beanstalk]:
        since = release.account.now() - timedelta(seconds=entered)
        visit, acted = release.visit(since=since), {"acted": since} if waits else {}
        return SharedLook(visit, release.beanstalk, snapshots, FRESH, since, **acted).take()

    return look


@pytest.fixture
def looks(release: Release, take: Take) -> Callable[[], int]:
    """Return a function that tells how often Elastic Beanstalk was asked since it was called last."""
    seen = [release.calls("DescribeEnvironments")]

    def count() -> int:
        seen.append(release.calls("DescribeEnvironments"))
        return seen[-1] - seen[-2]

    return count


def throttle(release: Release, seconds: float) -> None:
    fault = {"kind": "throttle", "service": "elasticbeanstalk", "action": "DescribeEnvironments"}
    release.account.memory.set_faults({**fault, "for_seconds": seconds})


def test_one_look_serves_all_who_look_within_ten_seconds(
    release: Release, take: Take, looks: Callable[[], int]
) -> None:
    blue = release.look("shop-prod")
    looks()
    for _ in range(5):
        _, beanstalk = take()
        assert beanstalk.environments_by_id(blue.id) == {blue.id: blue}
        assert beanstalk.environments("shop-prod", "shop-prod-green") == [blue]
        assert beanstalk.environments_in("shop") == [blue]
    assert looks() == 1
    release.wait(FRESH)
    take()
    assert looks() == 1


def test_a_stage_concludes_as_of_the_look(release: Release, take: Take) -> None:
    take()
    made = release.account.now()
    release.wait(5)
    visit, _ = take()
    assert visit.now == made
    assert visit.present() == release.account.now()


def test_what_the_look_does_not_show_is_asked_for(release: Release, take: Take, looks: Callable[[], int]) -> None:
    take()
    later = release.beanstalk.environments_by_id(release.account.create("shop-later"))
    _, beanstalk = take()
    looks()
    assert beanstalk.environments_by_id(*later) == later
    assert beanstalk.environments("shop-other") == []
    assert looks() == 2


def test_a_list_that_is_not_complete_proves_no_absence(release: Release) -> None:
    blue = release.look("shop-prod")
    cut = BeanstalkByLook(release.beanstalk, Snapshot({"e-1": replace(blue, id="e-1", name="shop-old")}))
    assert [each.id for each in cut.environments("shop-prod", "shop-old")] == [blue.id]


def test_a_look_from_before_the_state_shows_nothing(release: Release, take: Take, looks: Callable[[], int]) -> None:
    take()
    release.wait(5)
    with pytest.raises(EnvironmentNotReadyError, match="Expected a look at Elastic Beanstalk since"):
        take(entered=2)
    assert looks() == 1


def test_what_was_asked_for_a_moment_ago_is_not_looked_for(take: Take, looks: Callable[[], int]) -> None:
    with pytest.raises(EnvironmentNotReadyError):
        take(entered=FRESH - 1, waits=True)
    assert looks() == 0
    take(entered=FRESH, waits=True)
    assert looks() == 1


def test_while_one_looks_the_others_use_what_there_is(
    release: Release, snapshots: Snapshots, take: Take, looks: Callable[[], int]
) -> None:
    take()
    made = release.account.now()
    release.wait(20)
    now = release.account.now()
    snapshots.write(replace(snapshots.read(), claimed=now, quiet_until=now + timedelta(seconds=60)))
    visit, _ = take()
    assert visit.now == made
    release.wait(USABLE_SECONDS - 20 + 1)
    with pytest.raises(EnvironmentNotReadyError):
        take()
    assert looks() == 1


def test_one_that_dies_while_it_looks_is_replaced(
    release: Release, snapshots: Snapshots, take: Take, looks: Callable[[], int]
) -> None:
    now = release.account.now()
    snapshots.write(Snapshot(claimed=now, quiet_until=now + timedelta(seconds=CLAIM_SECONDS)))
    with pytest.raises(EnvironmentNotReadyError):
        take()
    release.wait(CLAIM_SECONDS)
    visit, _ = take()
    assert visit.now == release.account.now()
    assert looks() == 1


def test_each_looks_by_itself_when_no_claim_comes_to_an_end(
    release: Release, snapshots: Snapshots, take: Take, looks: Callable[[], int]
) -> None:
    now = release.account.now()
    claim = Snapshot(
        claimed=now - timedelta(seconds=LOST_SECONDS + 1), quiet_until=now + timedelta(seconds=CLAIM_SECONDS)
    )
    snapshots.write(claim)
    assert take()[1] is release.beanstalk
    assert looks() == 0


def test_of_two_that_claim_the_look_one_looks(
    take: Take, snapshots: Snapshots, looks: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = snapshots.write

    def lost(claim: Snapshot) -> Snapshot:
        write(claim)
        raise ObjectChangedError

    monkeypatch.setattr(snapshots, "write", lost)
    with pytest.raises(EnvironmentNotReadyError):
        take()
    assert looks() == 0


def test_all_leave_a_throttled_elastic_beanstalk_alone_for_longer_each_time(
    release: Release, s3: FakeS3, take: Take
) -> None:
    throttle(release, 100)
    asked = []
    for second in range(100):
        written = s3.calls["PutObject"]
        with pytest.raises(EnvironmentNotReadyError):
            take()
        asked += [second] * (s3.calls["PutObject"] > written)  # a claim, and how long to leave it alone
        release.account.memory.advance(1)
    assert asked == [0, 15, 45]
    release.wait(10)
    assert take()[0].now == release.account.now()


BROKEN = {
    "no JSON": b'{"made": "2027-01-1',
    "no object": b"[]",
    "another form": b'{"made": 5}',
    "a date without a zone": b'{"made":"2027-01-15T08:00:00","complete":true,"environments":[]}',
    "a look in the future": Snapshot(made=Snapshot().made.replace(year=2099)).to_json(),
    "a claim of the future": Snapshot(claimed=Snapshot().made.replace(year=2099)).to_json(),
    "a silence without end": Snapshot(quiet_until=Snapshot().made.replace(year=2099)).to_json(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_snapshot_that_cannot_be_is_replaced(
    release: Release, s3: FakeS3, snapshots: Snapshots, take: Take, content: bytes
) -> None:
    s3.objects[PLACE] = (content, "torn")
    visit, _ = take()
    assert visit.now == release.account.now()
    assert list(snapshots.read().environments) == [release.look("shop-prod").id]


def test_a_torn_environment_counts_as_no_snapshot(release: Release, snapshots: Snapshots, take: Take) -> None:
    take()
    document = json.loads(snapshots.read().to_json())
    del document["environments"][0]["status"]
    assert Snapshot.from_json(json.dumps(document).encode(), "torn") == Snapshot(etag="torn")


def no_answer(**_: Any) -> Any:
    raise ReadTimeoutError(endpoint_url="https://bucket.s3.amazonaws.com")


@pytest.mark.parametrize("calls", [("get_object", "put_object"), ("put_object",)])
def test_without_an_answer_of_s3_a_stage_looks_by_itself(
    release: Release, s3: FakeS3, take: Take, monkeypatch: pytest.MonkeyPatch, calls: tuple[str, ...]
) -> None:
    for call in calls:
        monkeypatch.setattr(s3, call, no_answer)
    visit, beanstalk = take()
    assert (visit.now, beanstalk) == (release.account.now(), release.beanstalk)


def test_a_role_that_may_not_read_the_snapshot_looks_by_itself(
    take: Take, looks: Callable[[], int], s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 answers AccessDenied then, as for an object that does not exist to a role that may not list the bucket."""
    take()
    looks()
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")

    def deny(**_: Any) -> Any:
        raise denied

    monkeypatch.setattr(s3, "get_object", deny)
    for _ in range(2):
        assert type(take(waits=True)[1]) is Beanstalk


def test_without_the_bucket_a_stage_looks_by_itself(release: Release, s3: FakeS3, take: Take) -> None:
    s3.buckets = ()
    assert take()[1] is release.beanstalk


def test_a_role_that_is_shown_nothing_writes_nothing(
    release: Release, snapshots: Snapshots, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elastic Beanstalk's lists leave out what a role may not see, and do not say so."""
    monkeypatch.setattr(release.beanstalk, "all_environments", lambda: ([], True))
    assert take()[1] is release.beanstalk
    assert snapshots.read().made == Snapshot().made


def test_past_its_time_out_a_stage_looks_by_itself(
    release: Release, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiter, "connect_beanstalk", lambda: release.beanstalk)
    monkeypatch.setattr(waiter, "connect_snapshots", lambda: snapshots)
    late = release.visit(since=release.account.now() - timedelta(seconds=100))
    assert waiter.look_for_all(late, limit=100) == (late, release.beanstalk)


def test_a_thousand_environments_fit(release: Release) -> None:
    blue = release.look("shop-prod")
    many = {f"e-{number:010}": replace(blue, id=f"e-{number:010}", name=f"shop-{number}") for number in range(1_000)}
    written = Snapshot(many, release.account.now(), complete=True).to_json()
    assert len(written) < 600_000
    assert Snapshot.from_json(written, "etag") == Snapshot(many, release.account.now(), complete=True, etag="etag")
    assert asdict(blue).keys() == json.loads(written)["environments"][0].keys()
