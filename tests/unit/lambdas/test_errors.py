"""Every error says what was expected, what was found and what to do; every answer of AWS becomes one of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.config
import pytest

from lambdas import errors
from lambdas.aws import beanstalk
from lambdas.aws.beanstalk import Beanstalk
from lambdas.handler import limit_wait
from tests.support.beanstalk import BeanstalkAccount
from tests.unit.lambdas.conftest import visit


def tree(of: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
    yield depth, of.__name__
    for child in sorted(of.__subclasses__(), key=lambda each: list(vars(errors)).index(each.__name__)):
        yield from tree(child, depth + 1)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    lines = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    names = [name for line in lines if (name := re.search(r"\w+Error\b", line))]
    drawn = [((name.start() - 4) // 4, name.group()) for name in names]
    assert sorted(drawn) == sorted(tree(errors.ReleaseError))


def test_an_error_is_three_sentences_for_a_person() -> None:
    error = errors.ReleaseRefusedError(expected="a version v9", found="none", next_step="Register it.")
    assert str(error) == "Expected a version v9. Found none. Register it."


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


def test_no_answer_is_worth_another_look(account: BeanstalkAccount) -> None:
    with unreachable(account) as unanswered, pytest.raises(errors.ServiceUnavailableError, match="Found no answer"):
        unanswered.has_application("shop")


def test_throttling_is_worth_another_look(account: BeanstalkAccount) -> None:
    looking = Beanstalk(account.client)

    def look_often() -> None:
        for _ in range(200):
            looking.environments("shop-prod")

    account.service.limits.calls_per_second = 0.001
    with pytest.raises(errors.ServiceUnavailableError, match="Rate exceeded"):
        look_often()


def test_an_operation_in_progress_is_waited_for(account: BeanstalkAccount) -> None:
    id_ = account.create(VersionLabel="v1")
    environment = Beanstalk(account.client).environment(id_)
    assert environment
    with pytest.raises(errors.EnvironmentNotReadyError, match="Must be Ready"):
        Beanstalk(account.client).deploy(environment, "v2")
    with pytest.raises(errors.EnvironmentNotReadyError, match="pending creation"):
        Beanstalk(account.client).terminate(environment)


def test_a_refused_call_is_not_repeated(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")
    environment = Beanstalk(account.client).environment(id_)
    assert environment
    with pytest.raises(errors.CallRejectedError, match="No Application Version named 'v9' found"):
        Beanstalk(account.client).deploy(environment, "v9")


def test_what_exists_already_has_an_error_of_its_own(account: BeanstalkAccount) -> None:
    with pytest.raises(errors.AlreadyExistsError):
        Beanstalk(account.client).register("shop", "v1", "bundles", "v1.zip")


def test_the_client_asks_once_so_that_a_swap_is_never_repeated_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    beanstalk.connect_beanstalk.cache_clear()
    connected = beanstalk.connect_beanstalk()
    config: Any = connected._client.meta.config
    assert config.retries["total_max_attempts"] == 1
    beanstalk.connect_beanstalk.cache_clear()


def test_waiting_ends_when_its_time_is_over_and_says_for_what_it_waited() -> None:
    entered = datetime.now(UTC) - timedelta(seconds=100)
    waiting = errors.EnvironmentNotReadyError(expected="green to be Ready", found="Launching", next_step="Look at it.")

    def wait(seconds: float) -> None:
        with limit_wait(replace(visit(), since=entered), seconds):
            raise waiting

    with pytest.raises(errors.EnvironmentNotReadyError):
        wait(1000)
    with pytest.raises(errors.WaitTimedOutError, match=r"green to be Ready, within 50 seconds\. Found Launching"):
        wait(50)
