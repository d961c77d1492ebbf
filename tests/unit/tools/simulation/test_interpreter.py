"""The simulator's interpreter, beyond what the test beside the emulator's Step Functions holds."""

from typing import Any

import pytest

from tests.support.simulated_machines import FakeSurroundings, run_to_end
from tools.simulation.attempts import StateError
from tools.simulation.interpreter import Interpreter, Pause

TOKEN_TASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Arguments": {"FunctionName": "ask", "Payload": "{% $states.context.Task.Token %}"},
    "TimeoutSeconds": 60,
    "End": True,
}


def asking() -> tuple[Any, FakeSurroundings, Pause]:
    """Return an execution that waits for the answer to its task token."""
    around = FakeSurroundings({"ask": lambda token: token})
    steps = Interpreter({"StartAt": "Ask", "States": {"Ask": TOKEN_TASK}}, lambda: {"Input": {}}, around).run()
    return steps, around, next(steps)


def test_a_task_with_a_token_waits_for_its_answer() -> None:
    steps, around, pause = asking()
    assert pause.until == around.time + 60
    assert pause.token
    with pytest.raises(StopIteration) as ended:
        steps.send({"answer": 1})
    assert ended.value.value == {"answer": 1}


def test_a_task_without_an_answer_in_time_fails() -> None:
    steps, _, _ = asking()
    with pytest.raises(StateError, match=r"States\.Timeout"):
        steps.send(None)


def test_a_rejected_task_fails_with_the_error_of_the_answer() -> None:
    steps, _, _ = asking()
    with pytest.raises(StateError, match="Rejected: no"):
        steps.send(StateError("Rejected", "no"))


@pytest.mark.parametrize("dies", [False, True])
def test_a_function_may_answer_its_own_token_before_it_ends_or_dies(*, dies: bool) -> None:
    around = FakeSurroundings()

    def answering(token: str) -> None:
        around.answers[token] = StateError("DeploymentFailedError", "plain words")
        if dies:
            raise LookupError

    around.functions = {"ask": answering}
    steps = Interpreter({"StartAt": "Ask", "States": {"Ask": TOKEN_TASK}}, lambda: {"Input": {}}, around).run()
    with pytest.raises(StateError, match="DeploymentFailedError: plain words"):
        next(steps)


def test_a_redrive_begins_in_the_state_that_failed_with_the_same_input() -> None:
    calls: list[Any] = []

    def failing(event: Any) -> None:
        calls.append(event)
        raise LookupError("no")

    task = {"Type": "Task", "Resource": "lambda", "End": True}
    task |= {"Arguments": {"FunctionName": "fail", "Payload": "{% $states.input %}"}}
    states = {"First": {"Type": "Pass", "Output": {"n": 1}, "Next": "Fails"}, "Fails": task}
    around = FakeSurroundings({"fail": failing})
    machine = Interpreter({"StartAt": "First", "States": states}, lambda: {"Input": {}}, around)
    for _ in range(2):
        with pytest.raises(StateError, match="LookupError"):
            next(machine.run())
    assert around.entered == ["First", "Fails"]
    assert calls == [{"n": 1}, {"n": 1}]


def test_the_entry_time_stays_and_the_retry_count_grows() -> None:
    seen: list[Any] = []

    def failing_once(event: Any) -> Any:
        seen.append(event)
        if len(seen) == 1:
            raise LookupError
        return event

    task = {"Type": "Task", "Resource": "lambda", "End": True, "Retry": [{"ErrorEquals": ["States.ALL"]}]}
    task |= {"Arguments": {"FunctionName": "f", "Payload": "{% $states.context.State %}"}}
    run_to_end({"StartAt": "T", "States": {"T": task}}, {}, FakeSurroundings({"f": failing_once}))
    assert [each["RetryCount"] for each in seen] == [0, 1]
    assert seen[0]["EnteredTime"] == seen[1]["EnteredTime"]
