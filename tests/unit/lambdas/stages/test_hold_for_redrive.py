"""HoldForRedrive fails the execution with the true error, and lets a redrive resume."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.aws.task_answers import TaskAnswers
from lambdas.errors import PermissionDeniedError
from lambdas.failure import Failure
from lambdas.stages.hold_for_redrive import hold_for_redrive
from tests.support.stages import CAUSE

WORDS = "Expected this. Found that. Do so."


@pytest.fixture
def stub() -> Iterator[Stubber]:
    """Yield what answers Step Functions' client, with all answers used at the end."""
    with Stubber(boto3.client("stepfunctions", region_name="us-east-1")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def answers(stub: Stubber) -> TaskAnswers:
    client: Any = stub.client
    return TaskAnswers(client)


def failed_in(state: str, error: str = "SomeError", redrives: int = 0) -> Failure:
    return Failure(state, error, CAUSE, redrives)


@pytest.mark.parametrize("error", ["DeploymentFailedError", "States.Timeout", "Rejected"])
def test_the_execution_fails_with_the_error_and_the_plain_words_of_the_stage(
    stub: Stubber, answers: TaskAnswers, error: str
) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html."""
    stub.add_response("send_task_failure", {}, {"taskToken": "t", "error": error, "cause": WORDS})
    hold_for_redrive(failed_in("AwaitRelease", error), 0, "t", lambda: answers)


def test_an_error_is_cut_to_what_step_functions_takes(stub: Stubber, answers: TaskAnswers) -> None:
    stub.add_response("send_task_failure", {}, {"taskToken": "t", "error": "E" * 256, "cause": WORDS})
    hold_for_redrive(failed_in("AwaitApproval", "E" * 300), 0, "t", lambda: answers)


def test_a_redrive_after_the_failure_lets_the_release_resume(stub: Stubber, answers: TaskAnswers) -> None:
    stub.add_response("send_task_success", {}, {"taskToken": "t", "output": "{}"})
    hold_for_redrive(failed_in("AwaitRelease", redrives=0), 1, "t", lambda: answers)


def test_a_failure_after_a_redrive_fails_again(stub: Stubber, answers: TaskAnswers) -> None:
    stub.add_response("send_task_failure", {}, {"taskToken": "t", "error": "SomeError", "cause": WORDS})
    hold_for_redrive(failed_in("AwaitRelease", redrives=1), 1, "t", lambda: answers)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "TaskTimedOut", "InvalidToken"])
def test_an_answer_that_is_not_taken_leaves_the_error_to_the_function(
    stub: Stubber, answers: TaskAnswers, code: str
) -> None:
    """The exception ends the task. If the task has ended already, by an answer that was lost, it changes nothing."""
    stub.add_client_error("send_task_failure", code)
    with pytest.raises(Exception, match=r"Expected this\. Found that\. Do so\.") as raised:
        hold_for_redrive(failed_in("AwaitRelease", "DeploymentFailedError"), 0, "t", lambda: answers)
    assert type(raised.value).__name__ == "DeploymentFailedError"


def test_a_success_that_is_not_taken_fails_so_that_a_redrive_tries_again(stub: Stubber, answers: TaskAnswers) -> None:
    stub.add_client_error("send_task_success", "AccessDeniedException", "is not authorized to perform: states:X")
    with pytest.raises(PermissionDeniedError):
        hold_for_redrive(failed_in("AwaitRelease"), 1, "t", lambda: answers)


def test_an_execution_that_began_before_an_upgrade_has_no_token() -> None:
    connect = Mock()
    with pytest.raises(Exception, match="Expected this"):
        hold_for_redrive(failed_in("AwaitRelease"), 0, None, connect)
    hold_for_redrive(failed_in("AwaitRelease"), 1, None, connect)
    connect.assert_not_called()
