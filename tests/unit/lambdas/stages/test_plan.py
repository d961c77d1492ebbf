"""Plan touches nothing but the record, by which it takes the lock."""

import time

import pytest

from lambdas import waiter
from lambdas.aws.record import Record
from lambdas.errors import (
    EnvironmentNotReadyError,
    InvalidRequestError,
    ReleaseRefusedError,
    ServiceUnavailableError,
)
from lambdas.stages import plan
from tests.support.fake_services import FakeAlarms
from tests.support.stages import EXECUTION, PRODUCTION, READS, Release

OTHER = EXECUTION.replace("release-v2", "other")


def test_a_plan_touches_nothing(release: Release) -> None:
    before = dict(release.account.service.calls)
    release.plan()
    made = {action for action, count in release.account.service.calls.items() if count != before.get(action)}
    assert [action for action in made if not action.startswith(READS)] == []


def test_a_request_is_validated_before_the_first_call(release: Release) -> None:
    before = dict(release.account.service.calls)
    with pytest.raises(InvalidRequestError):
        release.plan(drain_seconds="long")
    assert dict(release.account.service.calls) == before


@pytest.mark.parametrize("mode", ["full", "deploy"])
def test_a_request_without_a_version_is_invalid(release: Release, mode: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"input\.version is missing"):
        release.plan(mode=mode, version=None)


def test_a_plan_writes_its_execution_into_the_record(release: Release) -> None:
    release.plan()
    record = release.records.read("shop", "shop-prod")
    assert record is not None
    assert (record.production_cname, record.green, record.execution) == (PRODUCTION, "shop-prod-green", EXECUTION)


def test_planning_twice_writes_once(release: Release) -> None:
    release.plan()
    release.plan()
    assert release.records.writes == 1


def test_the_next_execution_takes_the_lock_of_one_that_has_ended(release: Release) -> None:
    release.plan(execution="other")
    release.plan()
    record = release.records.read("shop", "shop-prod")
    assert record is not None
    assert record.execution == EXECUTION


def test_a_refused_plan_does_not_take_the_lock(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError):
        release.plan(version="v9")
    assert release.records.writes == 0


def test_a_dry_run_does_not_take_the_lock(release: Release) -> None:
    assert release.plan(dry_run=True).dry_run
    assert release.records.writes == 0


def test_a_record_that_changed_since_it_was_read_is_not_replaced(release: Release) -> None:
    seen = release.records.read("shop", "shop-prod")
    release.plan(execution="other")
    with pytest.raises(Exception, match="it changed"):
        release.records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), seen)


def test_a_version_that_does_not_show_yet_is_looked_for_again_before_plan_refuses(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.wait(60)
    release.account.version("v3")
    release.account.order_stale_reads(action="DescribeApplicationVersions", age=50)
    monkeypatch.setattr(waiter, "connect_beanstalk", lambda: release.beanstalk)
    monkeypatch.setattr(plan, "connect_records", lambda: release.records)
    monkeypatch.setattr(plan, "connect_scaling", lambda: release.scaling)
    monkeypatch.setattr(plan, "connect_surroundings", lambda: release.surroundings)
    monkeypatch.setattr(plan, "connect_alarms", FakeAlarms)
    monkeypatch.setattr(plan, "connect_executions", lambda: release.executions)
    monkeypatch.setattr(time, "time", lambda: release.account.now().timestamp())
    entered = release.account.now().isoformat()

    def planned(**request: object) -> dict[str, object]:
        given = {"application": "shop", "blue": "shop-prod", "version": "v3", **request}
        execution = {"Id": EXECUTION, "StartTime": entered, "Input": given}
        return plan.handler(
            {"context": {"Execution": execution, "State": {"Name": "Plan", "EnteredTime": entered}}}, None
        )

    with pytest.raises(EnvironmentNotReadyError, match="a version v3 of shop that can be deployed"):
        planned()
    assert planned(dry_run=True)["dry_run"], "a dry run answers at once"
    assert release.eventually(planned)["version"] == "v3"


def swapped_without_an_answer(release: Release) -> None:
    """Ask for the swap to green. The call gets no answer, and AWS has not made the swap."""
    deployment = release.cloned()
    release.account.memory.set_faults(
        {"kind": "reset_before", "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1}
    )
    with pytest.raises(ServiceUnavailableError):
        release.swap(deployment, "green")


def test_a_swap_of_the_execution_before_that_may_still_be_made_is_waited_for(release: Release) -> None:
    """What Plan decides by who serves would be wrong a moment later."""
    swapped_without_an_answer(release)
    with pytest.raises(EnvironmentNotReadyError, match="Expected a swap to shop-prod-green to show, or to be 90"):
        release.plan(execution="after")
    assert release.plan(execution="after", dry_run=True).dry_run, "a dry run tells at once what one look shows"
    release.wait(95)
    release.plan(execution="after")


def test_the_record_of_a_new_execution_keeps_the_last_swap(release: Release) -> None:
    release.swapped(release.cloned(), "green")
    before = release.records.by_environment["shop", "shop-prod"]
    release.plan(execution="after")
    after = release.records.by_environment["shop", "shop-prod"]
    assert after.execution != before.execution
    assert after.swap == before.swap is not None
