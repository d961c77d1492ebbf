"""What became of each state, by the history of the execution."""

from typing import Any

from emulator.console.visited_states import VisitedState, failed_state, visited_states
from tests.unit.emulator.console.events import entered, event, exited


def visits(*events: dict[str, Any], running: bool = True) -> dict[str, VisitedState]:
    return {visit.name: visit for visit in visited_states(events, running=running)}


def failed(number: int, error: str = "OopsError") -> dict[str, Any]:
    return event(number, "TaskFailed", error=error)


def test_a_state_that_was_left_has_succeeded_and_tells_which_came_next() -> None:
    found = visits(
        event(1, "ExecutionStarted"), entered(2, "Plan"), event(3, "TaskSucceeded"), exited(4, "Plan"), entered(5, "Go")
    )
    assert (found["Plan"].status, found["Plan"].left, found["Plan"].following) == ("succeeded", 4.0, "Go")
    assert (found["Go"].status, found["Go"].left) == ("running", None)


def test_further_attempts_of_a_visit_are_retries() -> None:
    scheduled = [event(3, "TaskScheduled"), failed(4), event(5, "TaskScheduled"), failed(6), event(7, "TaskScheduled")]
    wait = visits(entered(2, "Wait"), *scheduled)["Wait"]
    assert (wait.status, wait.as_dict()["retries"]) == ("running", 2)
    again = visits(entered(2, "Wait"), *scheduled, exited(8, "Wait"), entered(9, "Wait"))["Wait"]
    assert (again.visits, again.as_dict()["retries"]) == (2, 0), "retries count in the last visit"


def test_a_state_that_failed_and_whose_catch_went_on_is_caught() -> None:
    found = visits(entered(2, "Deploy"), event(3, "TaskScheduled"), failed(4), exited(5, "Deploy"), entered(6, "Tell"))
    assert (found["Deploy"].status, found["Deploy"].error) == ("caught", "OopsError")
    assert found["Deploy"].following == "Tell"


def test_an_execution_ends_in_the_state_that_it_does_not_leave() -> None:
    assert visits(entered(2, "Deploy"), failed(3), running=False)["Deploy"].status == "failed"
    assert visits(entered(2, "Deploy"), event(3, "TaskScheduled"), running=False)["Deploy"].status == "aborted"


def test_a_branch_that_fails_cuts_off_the_others_of_its_parallel() -> None:
    found = visits(
        entered(2, "Both", kind="Parallel"),
        entered(3, "Watch"),
        event(4, "TaskScheduled"),
        entered(5, "Ask", before=2),
        event(6, "TaskScheduled"),
        event(7, "TaskFailed", before=4, error="NotYetError"),
        event(8, "TaskFailed", before=6, error="Rejected"),
        event(9, "ParallelStateFailed"),
        exited(10, "Both", kind="Parallel"),
        entered(11, "Tell"),
    )
    assert {name: visit.status for name, visit in found.items()} == {
        "Both": "caught",
        "Watch": "aborted",
        "Ask": "caught",
        "Tell": "running",
    }
    assert found["Ask"].error == "Rejected"
    failure = failed_state(found.values(), "Rejected")
    assert failure is not None
    assert failure.name == "Ask", "the state, not the Parallel that it is in, nor the branch that was cut off"


def test_the_state_that_failed_first_counts_since_the_last_redrive() -> None:
    first = [
        entered(2, "Deploy"), failed(3), exited(4, "Deploy"),
        entered(5, "Hold"), failed(6), event(7, "ExecutionFailed", error="OopsError"),
    ]  # fmt: skip
    failure = failed_state(visits(*first, running=False).values(), "OopsError")
    assert failure is not None
    assert failure.name == "Deploy", "the failure branch fails after it, on purpose"
    again = visits(*first, event(8, "ExecutionRedriven"), event(9, "TaskScheduled", before=6))
    assert again["Deploy"].earlier
    assert not again["Hold"].earlier, "a redrive goes on in the state that failed"
    assert again["Hold"].status == "running"


def test_an_error_that_was_caught_before_is_not_the_failure() -> None:
    found = visits(
        entered(2, "Ask"), failed(3, "States.Timeout"), exited(4, "Ask"), entered(5, "Swap"), failed(6), running=False
    )
    failure = failed_state(found.values(), "OopsError")
    assert failure is not None
    assert failure.name == "Swap"


def test_an_execution_that_people_stopped_ended_in_the_state_that_it_did_not_leave() -> None:
    found = visits(
        entered(2, "Plan"), exited(3, "Plan"), entered(4, "Deploy"), event(5, "TaskScheduled"), running=False
    )
    stopped = failed_state(found.values(), "Stopped")
    assert stopped is not None
    assert (stopped.name, stopped.status) == ("Deploy", "aborted")
