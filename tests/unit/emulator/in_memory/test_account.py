import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import botocore.exceptions
import pytest

from emulator.in_memory import account as in_memory
from emulator.in_memory.account import InMemoryAccount
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


@pytest.fixture(scope="module")
def client() -> "ElasticBeanstalkClient":
    created: ElasticBeanstalkClient = in_memory.client()
    return created


@pytest.fixture
def account(client: "ElasticBeanstalkClient") -> Iterator[VirtualBeanstalk]:
    with virtual_beanstalk(client) as account:
        yield account


def test_an_operation_advances_only_when_the_caller_advances_time(account: VirtualBeanstalk) -> None:
    id_ = account.create(VersionLabel="v1")
    account.service.switches.set({"launched_health": "pending"})
    launch = account.service.durations.launch

    account.memory.advance(launch - 1)
    assert account.describe(id_)["Status"] == "Launching"

    account.memory.advance(1)
    assert account.describe(id_)["Status"] == "Ready"


def test_events_have_the_time_at_which_they_happen(account: VirtualBeanstalk) -> None:
    id_ = account.create(VersionLabel="v1")

    account.memory.advance(3600)

    [first, *_, last] = [
        event["EventDate"] for event in reversed(account.client.describe_events(EnvironmentId=id_)["Events"])
    ]
    durations = account.service.durations
    latest = durations.launch + durations.in_service + durations.health_check + durations.launch_after_health
    assert durations.launch <= (last - first).total_seconds() <= latest


def test_two_runs_have_the_same_events_at_the_same_times(client: "ElasticBeanstalkClient") -> None:
    def run() -> list[tuple[object, str]]:
        with virtual_beanstalk(client) as account:
            account.healthy(VersionLabel="v1", CNAMEPrefix="shop")
            events = account.client.describe_events(Severity="INFO")["Events"]
        return [
            (event["EventDate"], event["Message"].split("[")[0].split("awseb")[0])  # without random identifiers
            for event in events
        ]

    assert run() == run()


def test_an_account_answers_the_client_only_inside_its_block(client: "ElasticBeanstalkClient") -> None:
    first, second = InMemoryAccount(), InMemoryAccount()
    with first.answering(client):
        client.create_application(ApplicationName="shop")
    with second.answering(client):
        assert client.describe_applications()["Applications"] == []
    with first.answering(client):
        assert len(client.describe_applications()["Applications"]) == 1


def test_an_error_reaches_the_caller_as_botocore_s_exception(account: VirtualBeanstalk) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=r"\(InvalidParameterValue\)"):
        account.client.create_application(ApplicationName="shop")


def test_an_account_starts_no_thread(client: "ElasticBeanstalkClient") -> None:
    before = threading.active_count()

    with virtual_beanstalk(client) as account:
        account.launched(VersionLabel="v1")
        assert threading.active_count() == before


FAULT = {"service": "elasticbeanstalk", "action": "CreateApplication", "call": 1}


@pytest.mark.parametrize(("kind", "acts"), [("error_before", False), ("error_after", True), ("throttle", False)])
def test_a_fault_strikes_a_call_in_memory(account: VirtualBeanstalk, kind: str, *, acts: bool) -> None:
    account.memory.set_faults({**FAULT, "kind": kind})

    with pytest.raises(botocore.exceptions.ClientError):
        account.client.create_application(ApplicationName="blog")

    names = [each["ApplicationName"] for each in account.client.describe_applications()["Applications"]]
    assert ("blog" in names) is acts


def test_a_slow_answer_takes_its_time_in_memory(account: VirtualBeanstalk) -> None:
    account.memory.set_faults({**FAULT, "kind": "slow", "delay": 20})
    began = account.memory.clock.time()

    account.client.create_application(ApplicationName="blog")

    assert account.memory.clock.time() == began + 20


@pytest.mark.parametrize(("kind", "acts"), [("reset_before", False), ("reset_after", True), ("kill_after", True)])
def test_an_answer_is_lost_in_memory(account: VirtualBeanstalk, kind: str, *, acts: bool) -> None:
    account.memory.set_faults({**FAULT, "kind": kind})

    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        account.client.create_application(ApplicationName="blog")

    account.memory.set_faults()
    names = [each["ApplicationName"] for each in account.client.describe_applications()["Applications"]]
    assert ("blog" in names) is acts
