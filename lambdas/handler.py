"""What all handlers share: reading the event, logging, the stage's time-out, the metrics of every stage."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.aws.record import connect_records
from lambdas.deployment import Deployment, Visit
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, WaitTimedOutError
from lambdas.metrics import count_error, time_state

logger = Logger(service="bluegreen")

Event = Mapping[str, Any]
Stage = Callable[[Deployment, Visit, Event], Deployment]
Handler = Callable[[Event, object], dict[str, Any]]


def stage(timeout: str | None = None, *, needs_lock: bool = False) -> Callable[[Stage], Handler]:
    """Make a Lambda handler of a function from a deployment to a deployment.

    Event: {"deployment": `Deployment.to_json()`, "context": Step Functions' context object, and what the state adds}.
    `timeout` names the field of `Timeouts` after which EnvironmentNotReadyError becomes WaitTimedOutError;
    without it the stage may wait for as long as it asks to. A stage that `acts` does so only while its execution holds
    the record of the environment: one that was aborted, overtaken and redriven finds that out here.
    """

    def decorate(function: Stage) -> Handler:
        @wraps(function)
        def handler(event: Event, _context: object) -> dict[str, Any]:
            deployment, visit = Deployment.from_json(event["deployment"]), Visit.from_context(event["context"])
            limit = getattr(deployment.timeouts, timeout) if timeout else float("inf")
            with report_stage(visit, deployment.application, deployment.blue), limit_wait(visit, limit):
                if needs_lock:
                    connect_records().require_held(deployment.application, deployment.blue, visit.execution)
                return function(deployment, visit, event).to_json()

        return handler

    return decorate


@contextmanager
def report_stage(visit: Visit, application: str, environment: str) -> Iterator[None]:
    """Say in each log line to which release it belongs; log how the stage ended, and how long its state took."""
    logger.append_keys(execution=visit.execution, state=visit.state, application=application, environment=environment)
    try:
        yield
    except EnvironmentNotReadyError as waiting:
        logger.info("waiting", found=waiting.found)
        raise
    except ReleaseError as error:
        logger.error("failed", error=type(error).__name__, cause=str(error))  # noqa: TRY400 - the cause says it all
        count_error(application, type(error).__name__)
        raise
    time_state(application, visit.state, visit.elapsed(time.time()))


@contextmanager
def limit_wait(visit: Visit, seconds: float) -> Iterator[None]:
    """Let a stage wait for `seconds` from when its state was entered, or redriven, and not longer."""
    try:
        yield
    except EnvironmentNotReadyError as waiting:
        if visit.elapsed(time.time()) < seconds:
            raise
        raise WaitTimedOutError(
            expected=f"{waiting.expected}, within {seconds:g} seconds",
            found=waiting.found,
            next_step=f"{waiting.next_step} Then redrive this execution; a longer limit goes into `timeouts`.",
        ) from waiting
