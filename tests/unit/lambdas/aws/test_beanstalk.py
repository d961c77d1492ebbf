"""The adapter of Elastic Beanstalk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.config
import pytest

from lambdas import errors
from lambdas.aws import beanstalk
from lambdas.aws.beanstalk import Beanstalk
from tests.support.beanstalk import BeanstalkAccount


@contextmanager
def unreachable(account: BeanstalkAccount) -> Iterator[Beanstalk]:
    client = boto3.client(
        "elasticbeanstalk",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    yield Beanstalk(client)
    client.close()


def test_no_answer_means_that_the_service_is_unavailable(account: BeanstalkAccount) -> None:
    with unreachable(account) as unanswered, pytest.raises(errors.ServiceUnavailableError, match="Found no answer"):
        unanswered.has_application("shop")


def test_throttling_means_that_the_service_is_unavailable(account: BeanstalkAccount) -> None:
    looking = Beanstalk(account.client)

    def look_often() -> None:
        for _ in range(200):
            looking.environments("shop-prod")

    account.service.limits.calls_per_second = 0.001
    with pytest.raises(errors.ServiceUnavailableError, match="Rate exceeded"):
        look_often()


def test_a_call_during_an_operation_in_progress_has_to_wait(account: BeanstalkAccount) -> None:
    id_ = account.create(VersionLabel="v1")
    environment = Beanstalk(account.client).environment(id_)
    assert environment
    with pytest.raises(errors.EnvironmentNotReadyError, match="Must be Ready"):
        Beanstalk(account.client).deploy(environment, "v2")
    with pytest.raises(errors.EnvironmentNotReadyError, match="pending creation"):
        Beanstalk(account.client).terminate(environment)


def test_an_unknown_version_is_rejected(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")
    environment = Beanstalk(account.client).environment(id_)
    assert environment
    with pytest.raises(errors.CallRejectedError, match="No Application Version named 'v9' found"):
        Beanstalk(account.client).deploy(environment, "v9")


def test_a_version_that_exists_already_is_reported_as_such(account: BeanstalkAccount) -> None:
    with pytest.raises(errors.AlreadyExistsError):
        Beanstalk(account.client).register("shop", "v1", "bundles", "v1.zip")


def test_the_client_never_retries_since_a_second_swap_undoes_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    beanstalk.connect_beanstalk.cache_clear()
    connected = beanstalk.connect_beanstalk()
    config: Any = connected._client.meta.config
    assert config.retries["total_max_attempts"] == 1
    beanstalk.connect_beanstalk.cache_clear()
