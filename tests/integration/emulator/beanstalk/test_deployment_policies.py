"""Deployments to several processes under load."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.beanstalk import ENHANCED, BeanstalkAccount
from tests.support.option_settings import option

COMMAND = "aws:elasticbeanstalk:command"
SPLITTING = "aws:elasticbeanstalk:trafficsplitting"
SIZES = [option("aws:autoscaling:asg", name, "3") for name in ("MinSize", "MaxSize")]


@contextmanager
def users(account: BeanstalkAccount, cname: str, count: int = 3) -> Iterator[Counter[tuple[int, str | None]]]:
    """Let so many users request pages while the block runs; give what they got, by status and version."""
    got: Counter[tuple[int, str | None]] = Counter()
    stopping = threading.Event()

    def use() -> None:
        while not stopping.is_set():
            answer = account.get(cname)
            got[answer.status, answer.answered_by] += 1
            time.sleep(0.01)

    threads = [threading.Thread(target=use) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("policy", ["Rolling", "Immutable", "TrafficSplitting"])
def test_no_request_fails_during_a_deployment_to_three_instances(account: BeanstalkAccount, policy: str) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    batch, time_limit = option(COMMAND, "BatchSize", "30"), option(SPLITTING, "EvaluationTime", "3")
    balancer = option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application")
    options = [ENHANCED, *SIZES, balancer, batch, time_limit, option(COMMAND, "DeploymentPolicy", policy)]
    id_ = account.healthy("shop-prod", *options, VersionLabel="v1")
    cname = account.describe(id_)["CNAME"]

    with users(account, cname) as got:
        account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
        account.until_status(id_, "Ready")

    assert set(got) == {(200, "shop-prod/v1"), (200, "shop-prod/v2")}
    assert {account.get(cname).answered_by for _ in range(6)} == {"shop-prod/v2"}
