"""HoldForRedrive fails the execution with the true error, and lets a redrive resume."""

import pytest

from lambdas.failure import Failure
from lambdas.stages.hold_for_redrive import hold_for_redrive
from tests.support.stages import CAUSE


def failed_in(state: str, redrives: int = 0) -> Failure:
    return Failure(state, "SomeError", CAUSE, redrives)


@pytest.mark.parametrize("error", ["DeploymentFailedError", "States.Timeout", "Rejected"])
def test_the_execution_fails_with_the_error_and_the_message_of_the_stage(error: str) -> None:
    with pytest.raises(Exception, match=r"Expected this\. Found that\. Do so\.") as raised:
        hold_for_redrive(Failure("AwaitRelease", error, CAUSE, 0), redrives=0)
    assert type(raised.value).__name__ == error


def test_a_redrive_after_the_failure_lets_the_release_resume() -> None:
    hold_for_redrive(failed_in("AwaitRelease", redrives=0), redrives=1)


def test_a_failure_after_a_redrive_fails_again() -> None:
    with pytest.raises(Exception, match="Expected this"):
        hold_for_redrive(failed_in("AwaitRelease", redrives=1), redrives=1)
