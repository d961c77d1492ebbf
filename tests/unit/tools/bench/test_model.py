"""Releases that run at once, in virtual time, at the small end."""

from random import Random

import pytest

from lambdas.turns import AT_ONCE
from tools.bench.account import bench_account
from tools.bench.execution import BenchExecution
from tools.bench.figures import HEADINGS, Figures, row, share
from tools.bench.large import calls_of
from tools.bench.limits import exceeded, exceeded_by_calls
from tools.bench.model import run


@pytest.fixture(scope="module")
def three() -> Figures:
    return run(3)


def test_three_releases_at_once_succeed_within_the_limits(three: Figures) -> None:
    assert (three.succeeded, three.throttled_shares, list(exceeded(three))) == (3, (0, 0), [])


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


def test_plan_lets_ten_begin_and_the_eleventh_wait() -> None:
    with bench_account(AT_ONCE + 1) as account:
        executions = [BenchExecution(f"app{number + 1}", account.now, Random(number)) for number in range(AT_ONCE + 1)]  # noqa: S311
        for execution in executions:
            steps = execution.steps()
            assert next(steps) == account.now
            next(steps)
        assert [len(each.passed) for each in executions] == [1] * AT_ONCE + [0]


@pytest.mark.parametrize(("releases", "most"), [(100, 0), (300, 0.2)])
def test_releases_begin_in_a_line_so_their_calls_stay_near_the_limit(releases: int, most: float) -> None:
    """All started at once, without a line 81 % of the looks of 300 were throttled."""
    run = calls_of(releases)
    assert max(run.throttled_shares) <= most
    assert list(exceeded_by_calls(run)) == []


def test_calls_beyond_the_limit_are_reported() -> None:
    run = calls_of(100)
    run.throttled["looks"] = len(run.looks) // 2
    assert list(exceeded_by_calls(run)) == [
        "100 at once, by their calls: expected at most 0.01 share of throttled looks, found 0.5."
    ]
