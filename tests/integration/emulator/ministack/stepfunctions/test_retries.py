"""How AWS Step Functions retries and catches. Source: the developer guide's page on handling errors."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, invoke_state
from tests.support.waiting import SCALE

SLACK = 5 / SCALE
"""Account seconds that a busy machine may add to a delay."""

FAIL = """
    class NotReadyError(Exception):
        pass

    def handler(event, context):
        raise NotReadyError("not yet")
"""


@pytest.fixture(scope="session")
def failing(functions: Functions) -> str:
    return functions.make(FAIL)


def delays(machines: StateMachines, function: str, **retrier: Any) -> list[float]:
    """Return the account seconds between the attempts of a Task that always fails."""
    retry = [{"ErrorEquals": ["NotReadyError"], **retrier}]
    execution = machines.start({"Await": invoke_state(function, Retry=retry)})
    assert machines.end(execution)["error"] == "NotReadyError"
    attempts = [event for event in machines.history(execution) if event["type"] in ("TaskScheduled", "TaskFailed")]
    return [
        (after["timestamp"] - before["timestamp"]).total_seconds()
        for before, after in pairwise(attempts)
        if after["type"] == "TaskScheduled"
    ]


def caught(machines: StateMachines, state: dict[str, Any], names: list[str]) -> bool:
    """Return whether a Catch for these names catches the state's error."""
    states = {"Fails": {**state, "Catch": [{"ErrorEquals": names, "Next": "Caught"}]}, "Caught": {"Type": "Succeed"}}
    return bool(machines.run(states)["status"] == "SUCCEEDED")


def test_retries_wait_exponentially_in_account_time(machines: StateMachines, failing: str) -> None:
    waited = delays(machines, failing, IntervalSeconds=20, BackoffRate=2, MaxAttempts=3)
    for seconds, expected in zip(waited, [20, 40, 80], strict=True):
        assert expected <= seconds < expected + SLACK


def test_max_delay_seconds_caps_the_delay(machines: StateMachines, failing: str) -> None:
    waited = delays(machines, failing, IntervalSeconds=10, BackoffRate=100, MaxDelaySeconds=30, MaxAttempts=3)
    assert 10 <= waited[0] < 10 + SLACK
    for seconds in waited[1:]:
        assert 30 <= seconds < 30 + SLACK


def test_without_a_cap_a_delay_may_be_longer_than_a_minute(machines: StateMachines, failing: str) -> None:
    (seconds,) = delays(machines, failing, IntervalSeconds=90, MaxAttempts=1)
    assert seconds >= 90


def test_full_jitter_spreads_delays_between_none_and_the_whole(machines: StateMachines, failing: str) -> None:
    waited = delays(machines, failing, IntervalSeconds=60, BackoffRate=1, MaxAttempts=6, JitterStrategy="FULL")
    assert min(waited) < 55
    assert max(waited) - min(waited) > 1


def test_a_retrier_without_numbers_makes_three_retries_after_1_2_and_4_seconds(
    machines: StateMachines, failing: str
) -> None:
    waited = delays(machines, failing)
    assert len(waited) == 3
    assert all(seconds >= expected for seconds, expected in zip(waited, [1, 2, 4], strict=True))


def test_no_attempts_means_no_retry(machines: StateMachines, failing: str) -> None:
    assert delays(machines, failing, MaxAttempts=0) == []


def test_the_first_retrier_that_matches_decides_also_when_it_is_used_up(machines: StateMachines, failing: str) -> None:
    retry = [
        {"ErrorEquals": ["NotReadyError"], "IntervalSeconds": 1, "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 5},
    ]
    execution = machines.start({"Await": invoke_state(failing, Retry=retry)})
    machines.end(execution)
    assert [event["type"] for event in machines.history(execution)].count("TaskScheduled") == 2


def test_retry_count_counts_and_entered_time_stays_that_of_the_first_attempt(
    machines: StateMachines, functions: Functions
) -> None:
    function = functions.make("""
        import json

        def handler(event, context):
            if event["RetryCount"] < 2:
                raise ValueError(json.dumps(event))
            return event
    """)
    execution = machines.start(
        {
            "First": {"Type": "Pass", "Next": "Await"},
            "Await": invoke_state(
                function,
                "{% $states.context.State %}",
                Retry=[{"ErrorEquals": ["ValueError"], "IntervalSeconds": 5}],
                Output="{% $states.result.Payload %}",
            ),
        }
    )
    last = json.loads(machines.end(execution)["output"])
    failures = [
        json.loads(json.loads(event["taskFailedEventDetails"]["cause"])["errorMessage"])
        for event in machines.history(execution)
        if event["type"] == "TaskFailed"
    ]
    assert [state["RetryCount"] for state in [*failures, last]] == [0, 1, 2]
    assert len({state["EnteredTime"] for state in [*failures, last]}) == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["NotReadyError"], True),
        (["States.TaskFailed"], True),
        (["States.ALL"], True),
        (["Exception"], False),
        (["States.Timeout"], False),
    ],
)
def test_an_error_is_matched_by_its_exact_name_or_a_wildcard(
    machines: StateMachines, failing: str, names: list[str], expected: bool
) -> None:
    assert caught(machines, invoke_state(failing), names) is expected


@pytest.mark.parametrize(
    ("names", "expected"), [(["States.ALL"], True), (["States.Timeout"], True), (["States.TaskFailed"], False)]
)
def test_a_time_out_is_everything_but_a_failed_task(
    machines: StateMachines, functions: Functions, names: list[str], expected: bool
) -> None:
    slow = functions.make("import threading\ndef handler(event, context): threading.Event().wait(3)")
    assert caught(machines, invoke_state(slow, TimeoutSeconds=1), names) is expected


def test_states_runtime_cannot_be_caught(machines: StateMachines, failing: str) -> None:
    state = {
        "Type": "Task",
        "QueryLanguage": "JSONPath",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": failing, "Payload.$": "$.missing"},
        "Next": "Caught",
    }
    states = {
        "Fails": {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]},
        "Caught": {"Type": "Succeed"},
    }
    described = machines.run(states, QueryLanguage="JSONPath")
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")


def test_a_result_of_more_than_256_kib_cannot_be_caught_by_a_wildcard(
    machines: StateMachines, functions: Functions
) -> None:
    oversized = functions.make("def handler(event, context): return 'x' * (256 * 1024)")
    states = {
        "Fails": invoke_state(oversized, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]),
        "Caught": {"Type": "Succeed"},
    }
    assert machines.run(states)["error"] == "States.DataLimitExceeded"


def test_what_is_caught_can_be_assigned_and_raised_again(machines: StateMachines, failing: str) -> None:
    catch = {"ErrorEquals": ["States.ALL"], "Next": "Failed", "Assign": {"failure": "{% $states.errorOutput %}"}}
    described = machines.run(
        {
            "Await": invoke_state(failing, Catch=[catch]),
            "Failed": {"Type": "Fail", "Error": "{% $failure.Error %}", "Cause": "{% $failure.Cause %}"},
        }
    )
    assert described["error"] == "NotReadyError"
    assert json.loads(described["cause"])["errorMessage"] == "not yet"


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"code": "def handler(event, context): raise KeyError('x')"}, "KeyError"),
        ({"code": "import os\ndef handler(event, context): os._exit(1)"}, "Runtime.ExitError"),
        ({"code": "import missing"}, "Runtime.ImportModuleError"),
        (
            {"code": "import threading\ndef handler(event, context): threading.Event().wait()", "timeout": 1},
            "Sandbox.Timedout",
        ),
    ],
)
def test_a_functions_error_type_is_the_error_and_its_answer_the_cause(
    machines: StateMachines, functions: Functions, settings: dict[str, Any], error: str
) -> None:
    described = machines.run({"Await": invoke_state(functions.make(**settings))})
    assert described["error"] == error
    assert json.loads(described["cause"])["errorType"] == error


def test_a_throttled_function_is_a_too_many_requests_exception_of_lambda(
    machines: StateMachines, functions: Functions
) -> None:
    function = functions.make("def handler(event, context): pass")
    functions.client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    assert machines.run({"Await": invoke_state(function)})["error"] == "Lambda.TooManyRequestsException"


def test_a_missing_function_is_a_resource_not_found_exception_of_lambda(machines: StateMachines) -> None:
    assert machines.run({"Await": invoke_state("missing")})["error"] == "Lambda.ResourceNotFoundException"
