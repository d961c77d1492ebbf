"""Elastic Beanstalk on loopback, and a boto3 client of it."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import botocore.config
import pytest

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.process_hosting import ProcessHosting
from emulator.beanstalk.s3_bundle_store import S3BundleStore
from emulator.clock import Clock
from tests.support.beanstalk import SHORT_DURATIONS, BeanstalkAccount, BeanstalkHandler, BeanstalkServer

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

SCALE = 0.01
"""A real second is 100 account seconds."""


@pytest.fixture(scope="session")
def server() -> Iterator[BeanstalkServer]:
    running = BeanstalkServer(("127.0.0.1", 0), BeanstalkHandler)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="session")
def client(server: BeanstalkServer) -> "Iterator[ElasticBeanstalkClient]":
    connected: ElasticBeanstalkClient = boto3.client(
        "elasticbeanstalk",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False, proxies={}),
    )
    yield connected
    connected.close()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> PackageCache:
    return PackageCache(tmp_path_factory.mktemp("packages"), {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"})


@pytest.fixture
def service(server: BeanstalkServer, packages: PackageCache, tmp_path: Path) -> Iterator[ElasticBeanstalk]:
    running = ElasticBeanstalk(
        clock=Clock(SCALE),
        region="us-east-1",
        account_id="123456789012",
        bundles=S3BundleStore(region="us-east-1", account_id="123456789012", endpoint_url=server.url),
        create_hosting=lambda name, id_: ProcessHosting(name, tmp_path / "home" / id_, packages),
    )
    running.durations.set(SHORT_DURATIONS)
    server.service, server.objects = running, {}
    yield running
    running.close()


@pytest.fixture
def account(client: "ElasticBeanstalkClient", service: ElasticBeanstalk, server: BeanstalkServer) -> BeanstalkAccount:
    """Return an account with the application `shop` and its versions v1 and v2, which answer 200."""
    return BeanstalkAccount.with_shop(client, service, server.objects)
