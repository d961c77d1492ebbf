"""What AWS Step Functions runs in a redrive. Sources: the guide's page on redrive, histories of AWS.

The file is long because it is one list: what a redrive keeps of the run before, and what it begins anew.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, endless, invoke_state, redriven_state
from tests.support.waiting import eventually

WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}
FAIL = {"Fail": {"Type": "Fail", "Error": "ReleaseRefusedError", "Cause": "no such version"}}


def types(machines: StateMachines, execution: str) -> list[str]:
    return [event["type"] for event in machines.history(execution)]


def test_a_redriven_execution_runs_its_failed_task_again_and_continues(
    machines: StateMachines, fails_until_redriven: str
) -> None:
    states = {
        "Before": {"Type": "Pass", "Output": {"seen": "{% $states.input.version %}"}, "Next": "Work"},
        "Work": redriven_state(
            fails_until_redriven, payload={"seen": "{% $states.input.seen %}"}, End=False, Next="After"
        ),
        "After": {"Type": "Pass", "Output": "{% $states.input.Payload %}", "End": True},
    }
    execution = machines.fail(states, {"version": "v2"})
    described = machines.redrive(execution)
    assert described["status"] == "SUCCEEDED"
    assert json.loads(described["output"]) == {"redrives": 1, "seen": "v2"}
    assert types(machines, execution).count("PassStateEntered") == 2


def test_the_events_of_a_redrive_are_in_the_same_history_and_follow_the_original_entry(
    machines: StateMachines, fails_until_redriven: str
) -> None:
    execution = machines.fail({"Work": redriven_state(fails_until_redriven)})
    machines.redrive(execution)
    events = machines.history(execution)
    assert [(event["type"], event["id"], event["previousEventId"]) for event in events] == [
        ("ExecutionStarted", 1, 0),
        ("TaskStateEntered", 2, 0),
        ("TaskScheduled", 3, 2),
        ("TaskStarted", 4, 3),
        ("TaskFailed", 5, 4),
        ("ExecutionFailed", 6, 5),
        ("ExecutionRedriven", 7, 6),
        ("TaskScheduled", 8, 2),
        ("TaskStarted", 9, 8),
        ("TaskSucceeded", 10, 9),
        ("TaskStateExited", 11, 10),
        ("ExecutionSucceeded", 12, 11),
    ]
    assert events[6]["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_a_redriven_task_has_its_input_but_no_variables_of_before(
    machines: StateMachines, fails_until_redriven: str
) -> None:
    """AWS documents the same input, and does not document variables: no machine may depend on them.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    again = {
        "ErrorEquals": ["LookupError"],
        "Assign": {"own": "new"},
        "Output": "{% $states.input %}",
        "Next": "Again",
    }
    states = {
        "Assign": {
            "Type": "Pass",
            "Assign": {"own": "old", "lost": {"a": [1]}},
            "Output": {"kept": {"a": [1]}},
            "Next": "Work",
        },
        "Work": redriven_state(fails_until_redriven, Catch=[again]),
        "Again": redriven_state(
            fails_until_redriven,
            payload={
                "own": "{% $exists($own) ? $own : 'lost' %}",
                "kept": "{% $states.input.kept %}",
                "lost": "{% $exists($lost) ? $lost : 'lost' %}",
            },
        ),
    }
    described = machines.redrive(machines.fail(states))
    assert json.loads(described["output"])["Payload"] == {
        "redrives": 1,
        "own": "lost",
        "kept": {"a": [1]},
        "lost": "lost",
    }


def test_a_redriven_execution_runs_the_definition_that_it_was_started_with(
    machines: StateMachines, fails_until_redriven: str
) -> None:
    states = {
        "Work": redriven_state(fails_until_redriven, End=False, Next="Old"),
        "Old": {"Type": "Pass", "Output": "old", "End": True},
    }
    execution = machines.fail(states)
    definition = {"StartAt": "New", "States": {"New": {"Type": "Pass", "End": True}}}
    machines.client.update_state_machine(
        stateMachineArn=machines.describe(execution)["stateMachineArn"], definition=json.dumps(definition)
    )
    assert json.loads(machines.redrive(execution)["output"]) == "old"


def test_an_execution_can_be_redriven_again_and_again(machines: StateMachines, fails_until_redriven: str) -> None:
    execution = machines.fail({"Work": redriven_state(fails_until_redriven, redrives=3)})
    assert [machines.redrive(execution)["status"] for _ in range(3)] == ["FAILED", "FAILED", "SUCCEEDED"]
    assert machines.describe(execution)["redriveCount"] == 3


def test_the_context_of_a_redriven_state_keeps_its_entered_time_and_has_the_redrive(
    machines: StateMachines, functions: Functions
) -> None:
    code = """
    def handler(event, context):
        if event["Execution"]["RedriveCount"] < 1:
            raise LookupError(__import__("json").dumps(event))
        return event
    """
    execution = machines.fail({"Look": invoke_state(functions.make(code), "{% $states.context %}")})
    before = json.loads(json.loads(machines.describe(execution)["cause"])["errorMessage"])
    assert before["Execution"]["RedriveCount"] == 0
    assert "RedriveTime" not in before["Execution"]
    described = machines.redrive(execution)
    after = json.loads(described["output"])["Payload"]
    assert after["State"] == before["State"]
    assert after["Execution"]["StartTime"] == before["Execution"]["StartTime"]
    assert after["Execution"]["RedriveCount"] == 1
    redrive_time = datetime.fromisoformat(after["Execution"]["RedriveTime"])
    assert abs(redrive_time - described["redriveDate"]) <= timedelta(milliseconds=1)


def test_a_redrive_resets_the_retries(machines: StateMachines, functions: Functions) -> None:
    failing = functions.make("def handler(event, context): raise LookupError(str(event['retries']))")
    retry = [{"ErrorEquals": ["LookupError"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    states = {"Work": invoke_state(failing, {"retries": "{% $states.context.State.RetryCount %}"}, Retry=retry)}
    execution = machines.fail(states)
    machines.redrive(execution)
    causes = [
        json.loads(event["taskFailedEventDetails"]["cause"])["errorMessage"]
        for event in machines.history(execution)
        if event["type"] == "TaskFailed"
    ]
    assert causes == ["0", "1", "2"] * 2


def test_a_redrive_resets_the_machines_time_out(machines: StateMachines) -> None:
    execution = machines.fail(WAIT, TimeoutSeconds=60)
    described = machines.redrive(execution)
    assert described["status"] == "TIMED_OUT"
    assert described["stopDate"] - described["redriveDate"] == timedelta(seconds=60)


def test_an_execution_that_timed_out_resumes_in_the_state_that_it_was_in(machines: StateMachines) -> None:
    seconds = "{% $states.context.Execution.RedriveCount = 0 ? 100000 : 1 %}"
    states = {"Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    execution = machines.fail(states, TimeoutSeconds=50)
    assert machines.describe(execution)["status"] == "TIMED_OUT"
    assert machines.redrive(execution)["status"] == "SUCCEEDED"
    assert types(machines, execution).count("WaitStateEntered") == 1


def test_threads_of_an_aborted_run_do_not_continue_in_the_redriven_one(machines: StateMachines) -> None:
    long = "{% $count($map([1..20000], function($number) { $number * 2 })) %}"
    states = {
        "Count": {"Type": "Pass", "Output": long, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 100, "End": True},
    }
    execution = machines.start(states)
    eventually(lambda: machines.entered(execution, "Count"))
    machines.client.stop_execution(executionArn=execution)
    assert machines.redrive(execution)["status"] == "SUCCEEDED"
    assert types(machines, execution).count("PassStateExited") == 1


def test_an_execution_that_was_aborted_before_its_first_state_is_redriven_from_its_start(
    machines: StateMachines,
) -> None:
    for _ in range(5):
        execution = machines.start({"Wait": {"Type": "Wait", "Seconds": 10, "End": True}})
        machines.client.stop_execution(executionArn=execution)
        assert machines.redrive(execution)["status"] == "SUCCEEDED"
        assert types(machines, execution).count("WaitStateEntered") == 1


def test_list_executions_filters_by_redrive(machines: StateMachines, fails_until_redriven: str) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html"""
    machine = machines.make({"Work": redriven_state(fails_until_redriven)})
    arns = [machines.client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(3)]
    for arn in arns:
        machines.end(arn)
    machines.redrive(arns[1])

    def listed(**arguments: Any) -> set[str]:
        answer = machines.client.list_executions(stateMachineArn=machine, **arguments)
        return {each["executionArn"] for each in answer["executions"]}

    assert listed(redriveFilter="REDRIVEN", maxResults=1) == {arns[1]}
    assert listed(redriveFilter="NOT_REDRIVEN") == {arns[0], arns[2]}
    assert listed() == set(arns)


def test_no_state_is_left_twice_wherever_the_execution_was_aborted(machines: StateMachines) -> None:
    states = endless(There={"Type": "Pass", "Next": "Back"}, Back={"Type": "Pass", "Next": "There"})
    for _ in range(10):  # each in an execution of its own: a history has room for 25,000 events, and this is quick
        execution = machines.start(states)
        machines.client.stop_execution(executionArn=execution)
        machines.client.redrive_execution(executionArn=execution)
        machines.client.stop_execution(executionArn=execution)
        visits = [event["type"] for event in machines.history(execution) if event["type"].startswith("PassState")]
        assert visits == ["PassStateEntered", "PassStateExited"] * (len(visits) // 2) + visits[-1:] * (len(visits) % 2)


def test_a_redriven_wait_for_a_time_that_has_passed_ends_at_once(machines: StateMachines) -> None:
    until = "{% $fromMillis($toMillis($states.context.Execution.StartTime) + 30000) %}"
    states = {"Wait": {"Type": "Wait", "Timestamp": until, "End": True}}
    execution = machines.fail(states, TimeoutSeconds=20)
    eventually(lambda: passed(machines, machines.describe(execution)["startDate"] + timedelta(seconds=30)))
    described = machines.redrive(execution)
    assert described["status"] == "SUCCEEDED"
    assert described["stopDate"] - described["redriveDate"] < timedelta(seconds=20)


def passed(machines: StateMachines, time: Any) -> bool:
    """Return whether an account time has passed: an execution that starts now starts later."""
    started = machines.run({"Pass": {"Type": "Pass", "End": True}})["startDate"]
    return bool(started > time)


def test_a_redriven_choice_chooses_again(machines: StateMachines) -> None:
    rule = {"Condition": "{% $states.context.Execution.RedriveCount > 0 %}", "Next": "Done"}
    states = {"Choose": {"Type": "Choice", "Choices": [rule]}, "Done": {"Type": "Succeed"}}
    execution = machines.fail(states)
    assert machines.describe(execution)["error"] == "States.NoChoiceMatched"
    assert machines.redrive(execution)["status"] == "SUCCEEDED"


def test_a_redriven_fail_state_fails_again_without_being_entered_again(machines: StateMachines) -> None:
    execution = machines.fail(FAIL)
    described = machines.redrive(execution)
    assert (described["status"], described["error"]) == ("FAILED", "ReleaseRefusedError")
    events = machines.history(execution)
    assert [event["type"] for event in events[1:]] == [
        "FailStateEntered",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionFailed",
    ]
    assert events[-1]["previousEventId"] == events[-2]["id"]
