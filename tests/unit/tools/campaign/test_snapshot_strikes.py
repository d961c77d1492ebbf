"""Incidents of the snapshot that all executions share, as its readers see them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.aws.snapshot import Snapshot
from tools.campaign.plan import Intervention
from tools.campaign.snapshot_strikes import changed_snapshot

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MADE = Snapshot(made=NOW - timedelta(seconds=20), complete=True)


def struck(act: Intervention, snapshot: Snapshot = MADE) -> Snapshot:
    content = changed_snapshot(act, snapshot.to_json(), NOW)
    assert content is not None
    return replace(Snapshot.from_json(content, ""), etag=None)


def test_a_torn_snapshot_is_as_good_as_none() -> None:
    assert struck(Intervention.SNAPSHOT_TORN) == Snapshot()


def test_a_snapshot_of_a_writer_whose_clock_is_ahead_is_from_the_future() -> None:
    assert struck(Intervention.SNAPSHOT_FUTURE).made == MADE.made + timedelta(minutes=10)


def test_an_execution_that_dies_leaves_its_claim_and_the_first_one_counts() -> None:
    claimed = struck(Intervention.SNAPSHOT_CLAIMED)
    assert claimed == replace(MADE, claimed=NOW, quiet_until=NOW + timedelta(seconds=10))
    assert struck(Intervention.SNAPSHOT_CLAIMED, replace(MADE, claimed=MADE.made)).claimed == MADE.made


@pytest.mark.parametrize("content", [None, b"{"])
def test_what_is_gone_or_torn_is_not_changed(content: bytes | None) -> None:
    assert changed_snapshot(Intervention.SNAPSHOT_FUTURE, content, NOW) is None
