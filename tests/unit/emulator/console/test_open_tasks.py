"""Tasks that wait for an answer, and their tokens."""

from emulator.console.open_tasks import OpenTask, open_task, possible_tokens
from tests.unit.emulator.console.events import entered, event

ASKED = [entered(2, "Ask"), event(3, "TaskScheduled", resource="publish.waitForTaskToken"), event(4, "TaskSubmitted")]
ANSWER = "0f0e0d0c-0000-4000-8000-000000000001"
NAME = "0f0e0d0c-0000-4000-8000-000000000002"


def test_a_task_with_a_token_waits_until_it_is_answered() -> None:
    assert open_task(ASKED) == OpenTask("Ask", 3)
    beside = event(5, "TaskSucceeded", before=1)
    assert open_task([*ASKED, beside]) == OpenTask("Ask", 3), "another state's task has ended"
    assert open_task([*ASKED, event(5, "TaskSucceeded", before=4)]) is None
    assert open_task([*ASKED, event(5, "TaskTimedOut", before=4)]) is None


def test_a_task_without_a_token_does_not_wait_for_an_answer() -> None:
    assert open_task([entered(2, "Do"), event(3, "TaskScheduled", resource="invoke")]) is None


def test_a_function_answers_its_token_itself() -> None:
    told = event(3, "TaskScheduled", resource="invoke.waitForTaskToken", resourceType="lambda")
    assert open_task([entered(2, "Hold"), told]) is None


def test_nothing_waits_after_a_redrive_until_it_is_asked_again() -> None:
    redriven = [*ASKED, event(5, "ExecutionAborted"), event(6, "ExecutionRedriven")]
    assert open_task(redriven) is None
    asked_again = event(7, "TaskScheduled", before=2, resource="publish.waitForTaskToken")
    assert open_task([*redriven, asked_again]) == OpenTask("Ask", 7)


def test_the_token_is_found_in_what_was_sent_and_the_name_of_the_execution_is_none() -> None:
    sent = event(
        3, "TaskScheduled", parameters=f'{{"Message": "{NAME} asks: send-task-success --task-token {ANSWER} "}}'
    )
    assert possible_tokens(sent, f"arn:execution:{NAME}") == [ANSWER]
    assert possible_tokens({}, "arn") == []
