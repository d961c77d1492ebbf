"""HoldForRedrive: fail the execution with the error of the failed stage; after a redrive, let it resume.

A redriven Fail state fails again. A redrive runs this task again, with the same input: it sees more redrives than the
failure has in it, it succeeds, and the machine goes back to Plan.

The task waits for its token, so that the execution's cause is a plain text. That of an exception is Lambda's JSON, with
a stack trace in it.
"""

from collections.abc import Callable
from typing import Any

from lambdas.aws.task_answers import TaskAnswers, connect_task_answers
from lambdas.errors import ReleaseError
from lambdas.failure import Failure
from lambdas.handler import Event, logger
from lambdas.visit import Visit


def hold_for_redrive(failure: Failure, redrives: int, token: str | None, connect: Callable[[], TaskAnswers]) -> None:
    """Answer the token: with the failure, or with a success if there was a redrive after the failure.

    Raises an exception with the name of the failure when its answer is not taken: an exception ends the task, too. It
    does so without a token: an execution that began before an upgrade gives none. Raises ReleaseError when a success
    is not taken.
    """
    if redrives > failure.redrives:
        if token:
            connect().succeed(token)
        return
    if token:
        try:
            connect().fail(token, failure.name, failure.message)
        except ReleaseError as error:
            logger.warning("answer not taken", cause=str(error))
        else:
            return
    raise type(failure.name, (Exception,), {})(failure.message)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"failure": as the Catch of the failed stage kept it, "token": the task's, "context"}."""
    visit, failure = Visit.from_context(event["context"]), Failure.from_json(event["failure"])
    hold_for_redrive(failure, visit.redrives, event.get("token"), connect_task_answers)
    if visit.redrives > failure.redrives:
        logger.info("redriven", execution=visit.execution, failed_in=failure.state, redrives=visit.redrives)
    return {}
