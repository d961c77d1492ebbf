"""Releases that share their looks, in virtual time, where Elastic Beanstalk answers late or not."""

from tools.bench.model import run


def test_one_release_alone_needs_at_most_forty_looks() -> None:
    alone = run(1)
    assert (alone.succeeded, len(alone.looks) <= 40) == (1, True), len(alone.looks)


def test_releases_that_share_stale_looks_swap_twice_each() -> None:
    stale = run(2, prepare=lambda account: account.memory.service.stale_reads.set(59, 3))
    assert stale.succeeded == 2
    assert stale.calls["SwapEnvironmentCNAMEs"] == 2 * 2
    assert stale.calls["TerminateEnvironment"] == 2


def test_ten_minutes_of_throttling_delay_releases_and_fail_none() -> None:
    """A state retries other faults 20 times, which is less than ten minutes."""
    throttle = {"kind": "throttle", "service": "elasticbeanstalk", "for_seconds": 600}
    throttled = run(2, prepare=lambda account: account.memory.set_faults(throttle))
    assert throttled.succeeded == 2
    assert min(throttled.walls) > 1_200
