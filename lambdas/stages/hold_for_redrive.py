"""HoldForRedrive: fail the execution with the error of the failed stage; after a redrive, let it resume.

A redriven Fail state fails again. A redrive runs this task again, with the same input: it sees more redrives than the
failure has in it, it succeeds, and the machine goes back to Plan.
"""

from typing import Any

from lambdas.failure import Failure
from lambdas.handler import Event, logger
from lambdas.visit import Visit


def hold_for_redrive(failure: Failure, redrives: int) -> None:
    """Raise an exception with the name of the failure, unless there was a redrive after the failure."""
    if redrives <= failure.redrives:
        raise type(failure.name, (Exception,), {})(failure.message)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"failure": as the Catch of the failed stage kept it, "context": Step Functions' context object}."""
    visit, failure = Visit.from_context(event["context"]), Failure.from_json(event["failure"])
    hold_for_redrive(failure, visit.redrives)
    logger.info("redriven", execution=visit.execution, failed_in=failure.state, redrives=visit.redrives)
    return {}
