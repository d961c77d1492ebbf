"""Releases that share their looks, in virtual time, where Elastic Beanstalk answers late or not."""

from tools.bench.model import run, run_alone


def test_releases_that_run_alone_look_seldom_and_lose_little_time() -> None:
    """`make bench` runs more of them, and holds them to 40 looks and 3 % (tools/bench/limits.py)."""
    alone = run_alone(4)
    assert alone.succeeded == 4
    assert alone.looks_a_release < 42
    assert alone.overhead_share < 0.035


def test_an_alarm_gives_users_of_one_of_many_releases_the_version_before() -> None:
    three = run(3, alarmed=True)
    assert three.succeeded == 3
    assert 5 <= (three.given_back or 0) <= 90


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
