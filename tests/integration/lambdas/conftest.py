"""A release on an Elastic Beanstalk whose environments are processes that answer HTTP."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from emulator.forwarder import Forwarder, Target
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.scaling import Scaling
from tests.integration.emulator.beanstalk.conftest import account, client, packages, server, service
from tests.support.beanstalk import BeanstalkAccount
from tests.support.fake_services import FakeExecutions, FakeRecords
from tests.support.stages import Release

__all__ = ["account", "client", "packages", "server", "service"]


@pytest.fixture
def release(account: BeanstalkAccount) -> Release:
    """shop-prod runs v1, healthy. Auto Scaling does not answer."""
    account.healthy("shop-prod", VersionLabel="v1")
    return Release(cast("Any", account), Beanstalk(account.client), FakeRecords(), FakeExecutions(), Scaling(None))


@pytest.fixture
def proxy(release: Release, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a proxy resolve the environments' names, as in the account. Health checks refuse loopback addresses."""

    def route(host: str) -> Target | str:
        answer = release.account.service.resolve(host)
        return Target(answer.address, answer.port) if answer else f"no {host}"

    forwarder = Forwarder(route)
    forwarder.start()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{forwarder.port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield
    forwarder.stop()
