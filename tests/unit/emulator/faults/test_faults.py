"""Which calls an active fault strikes, and which descriptions of faults are refused."""

from dataclasses import replace
from typing import Any

import pytest

from emulator.faults import Fault, FaultInjector, FaultKind, FunctionCall, InvalidFaultError

LOOK = FunctionCall("elasticbeanstalk", "DescribeEnvironments", "plan")
FAULT = {"kind": "throttle", "service": "elasticbeanstalk"}
STALE = {"kind": "stale", "service": "elasticbeanstalk", "call": 1}
STALE_A_WHILE = {"kind": "stale", "service": "elasticbeanstalk", "for_seconds": 60}
SLOW = {"kind": "slow", "service": "elasticbeanstalk", "call": 1}


def kind_of(fault: Fault | None) -> FaultKind | None:
    return fault.kind if fault else None


def test_a_fault_strikes_the_call_of_its_number_since_it_became_active() -> None:
    faults = FaultInjector()
    faults.strike(LOOK)
    faults.set_faults([{**FAULT, "call": 2}])
    assert [kind_of(faults.strike(LOOK)) for _ in range(4)] == [None, FaultKind.THROTTLE, None, None]


def test_a_fault_with_a_duration_strikes_every_call_until_its_account_seconds_are_over() -> None:
    now = 100.0
    faults = FaultInjector(lambda: now)
    faults.set_faults([{**FAULT, "for_seconds": 60}])
    assert [kind_of(faults.strike(LOOK)) for _ in range(2)] == [FaultKind.THROTTLE, FaultKind.THROTTLE]
    now = 159.9
    assert kind_of(faults.strike(LOOK)) is FaultKind.THROTTLE
    now = 160.0
    assert faults.strike(LOOK) is None
    assert faults.report()[0]["struck"] == 3


@pytest.mark.parametrize(
    "narrower", [{"service": "s3"}, {"action": "SwapEnvironmentCNAMEs"}, {"function": "await_green"}]
)
def test_a_fault_strikes_no_other_calls_than_it_names(narrower: dict[str, str]) -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, **narrower, "call": 1}])
    assert faults.strike(LOOK) is None
    call = FunctionCall(narrower.get("service", LOOK.service), *other(narrower))
    assert kind_of(faults.strike(call)) is FaultKind.THROTTLE


def other(narrower: dict[str, str]) -> tuple[str, str]:
    return narrower.get("action", LOOK.action), narrower.get("function", LOOK.function)


def test_each_fault_counts_calls_by_itself_and_the_first_that_matches_strikes() -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "call": 2}, {**FAULT, "kind": "error_after", "call": 2}, {**FAULT, "call": 3}])
    assert [kind_of(faults.strike(LOOK)) for _ in range(3)] == [None, FaultKind.THROTTLE, FaultKind.THROTTLE]
    assert [each["struck"] for each in faults.report()] == [1, 0, 1]


def test_a_fault_is_added_and_removed_while_the_others_go_on_counting() -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "call": 2}])
    faults.strike(LOOK)

    faults.add_fault({"kind": "throttle", "service": "s3", "for_seconds": 60})
    faults.remove_fault({"kind": "throttle", "service": "s3", "for_seconds": 60})

    assert kind_of(faults.strike(LOOK)) is FaultKind.THROTTLE
    assert [each["service"] for each in faults.report()] == ["elasticbeanstalk"]
    faults.remove_fault({**FAULT, "call": 2})
    assert faults.report() == []


def test_a_fault_that_is_not_valid_is_not_added() -> None:
    faults = FaultInjector()
    with pytest.raises(InvalidFaultError, match="either `call`"):
        faults.add_fault(FAULT)
    assert faults.report() == []


def test_a_stale_answer_has_an_age_and_the_oldest_one_is_known() -> None:
    faults = FaultInjector()
    assert faults.oldest_age() == 0
    faults.set_faults([{**STALE, "age": 10}, {**STALE, "age": 20}, {**FAULT, "call": 1}])
    struck = faults.strike(LOOK)
    assert struck is not None
    assert (struck.kind, struck.age, faults.oldest_age()) == (FaultKind.STALE, 10, 20)


def test_a_slow_answer_has_a_delay_in_account_seconds() -> None:
    faults = FaultInjector(real=lambda account_seconds: account_seconds / 10)
    faults.set_faults([{**SLOW, "delay": 20}])
    struck = faults.strike(LOOK)
    assert struck is not None
    assert (struck.kind, faults.real_delay(struck)) == (FaultKind.SLOW, 2)


def test_a_fault_with_a_path_strikes_only_requests_whose_path_ends_with_it() -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "service": "s3", "path": "/bluegreen/snapshot", "call": 1}])
    read = [
        FunctionCall("s3", "GetObject", "plan", 1, f"/bucket/bluegreen/{key}") for key in ("shop/a.json", "snapshot")
    ]
    assert [kind_of(faults.strike(each)) for each in read] == [None, FaultKind.THROTTLE]


def test_a_fault_with_a_state_strikes_only_calls_of_executions_in_it() -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "state": "SwapToBlue", "call": 1}])
    calls = [replace(LOOK, execution="arn", state=state) for state in ("", "SwapToGreen", "SwapToBlue")]
    assert [kind_of(faults.strike(each)) for each in calls] == [None, None, FaultKind.THROTTLE]


def test_a_call_is_held_until_its_fault_is_removed_and_meets_what_lasts_by_then() -> None:
    faults = FaultInjector()
    hold = {"kind": "hold", "service": "elasticbeanstalk", "call": 1}
    faults.set_faults([hold, {**FAULT, "call": 2}])
    held = faults.strike(LOOK)
    assert held is not None
    assert faults.holds(held)

    faults.add_fault({**STALE_A_WHILE, "age": 60})
    faults.remove_fault(hold)

    assert not faults.holds(held)
    assert kind_of(faults.strike_held(LOOK)) is FaultKind.STALE
    assert len(faults.journal()) == 1, "it is one call"
    assert kind_of(faults.strike(LOOK)) is FaultKind.THROTTLE, "it is the second one"


def test_the_journal_tells_more_of_calls_of_executions() -> None:
    call = replace(LOOK, execution="arn", state="Plan", path="/", form="Action=DescribeEnvironments")
    more = {"execution": "arn", "state": "Plan", "path": "/", "form": "Action=DescribeEnvironments"}
    assert call.as_dict() == {**LOOK.as_dict(), **more}


def test_a_header_names_the_execution_and_the_state() -> None:
    header = (b"x-emulator-caller", b"s3 GetObject plan 7 arn%3Aaws%3Astates A%20state")
    assert FunctionCall.from_headers([header], "/key") == FunctionCall(
        "s3", "GetObject", "plan", 7, "/key", "arn:aws:states", "A state"
    )


def test_new_faults_replace_those_before_and_an_empty_list_removes_all() -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "for_seconds": 60}])
    faults.set_faults([])
    assert faults.strike(LOOK) is None
    assert faults.report() == []


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"kind": "throttle"}, "a JSON list"),
        (["throttle"], "an object"),
        ([{**FAULT, "call": 1, "when": "later"}], "an object with some of"),
        ([{"kind": "throttle", "call": 1}], "the name of a service"),
        ([{**FAULT, "action": 1, "call": 1}], "the name of one action"),
        ([{**FAULT, "function": "", "call": 1}], "the name of one function"),
        ([{**FAULT, "kind": "flood", "call": 1}], "a kind of throttle"),
        ([FAULT], "either `call`"),
        ([{**FAULT, "call": 0}], "either `call`"),
        ([{**FAULT, "call": 1.5}], "either `call`"),
        ([{**FAULT, "for_seconds": True}], "either `call`"),
        ([{**FAULT, "call": 1, "for_seconds": 1}], "either `call`"),
        ([STALE], "Expected `age`"),
        ([{**STALE, "age": 0}], "Expected `age`"),
        ([{**STALE, "age": 3601}], "Expected `age`"),
        ([{**FAULT, "call": 1, "age": 10}], "only for it"),
        ([SLOW], "Expected `delay`"),
        ([{**SLOW, "delay": 0}], "Expected `delay`"),
        ([{**SLOW, "delay": 3601}], "Expected `delay`"),
        ([{**FAULT, "call": 1, "delay": 10}], "only for it"),
        ([{**FAULT, "path": "", "call": 1}], "the name of one path"),
    ],
)
def test_faults_that_are_not_valid_are_refused_and_change_nothing(document: Any, reason: str) -> None:
    faults = FaultInjector()
    faults.set_faults([{**FAULT, "call": 1}])
    with pytest.raises(InvalidFaultError, match=reason):
        faults.set_faults(document)
    assert len(faults.report()) == 1
