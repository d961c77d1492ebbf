"""Releases that run at once, in virtual time, at the small end."""

import pytest

from tools.bench.figures import HEADINGS, Figures, row, share
from tools.bench.large import calls_of
from tools.bench.limits import exceeded
from tools.bench.model import run


@pytest.fixture(scope="module")
def three() -> Figures:
    return run(3)


def test_three_releases_at_once_succeed_within_the_limits(three: Figures) -> None:
    assert (three.succeeded, three.throttled, list(exceeded(three))) == (3, 0, [])


def test_releases_at_once_share_their_looks(three: Figures) -> None:
    """Each needs six looks of its own: two tests, two swaps, a deployment, a termination. One alone needs up to 40."""
    assert three.looks_a_release < 25


def test_the_wait_after_elastic_beanstalk_is_done_is_short(three: Figures) -> None:
    assert len(three.lags) == 3 * 5
    assert all(lag >= 0 for lag in three.lags)
    assert share(three.lags, 95) <= 60


def test_a_release_costs_less_than_a_cent(three: Figures) -> None:
    assert 0.001 < three.dollars < 0.01
    assert len(row(three)) == len(HEADINGS)


def test_a_hundred_releases_are_not_throttled_by_the_looks_of_those_that_wait() -> None:
    assert calls_of(100).endswith("0% throttled")
