"""The part that all handlers share: the event, the log, the lock, the time-out and the metrics of a stage."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any, Final, Protocol

from aws_lambda_powertools import Logger

from lambdas.aws.records import connect_records
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, ServiceUnavailableError, WaitTimedOutError
from lambdas.metrics import count_error, time_release, time_state
from lambdas.settling import settled_verdict
from lambdas.visit import Visit

logger = Logger(service="bluegreen")

THROTTLED_SECONDS: Final = 600
"""How long a stage without a time-out waits while a service throttles."""

Event = Mapping[str, Any]


class StageResult(Protocol):
    """What a stage passes on."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""


Stage = Callable[[Deployment, Visit, Event], StageResult]
Handler = Callable[[Event, object], dict[str, Any]]


def stage(timeout: str | None = None, *, needs_lock: bool = False, settles: bool = True) -> Callable[[Stage], Handler]:
    """Turn a function from a deployment to what it passes on, mostly a deployment, into a Lambda handler.

    Event: {"deployment": `Deployment.to_json()`, "context": Step Functions' context object, and what the state adds}.
    `timeout` names the field of `Timeouts` after which EnvironmentNotReadyError becomes WaitTimedOutError; without it
    the stage waits without a limit. `needs_lock` is for stages that change something, or whose verdict moves users: the
    handler raises LockLostError when another execution holds the lock. An execution that is redriven after an abort may
    have lost it. `settles`: an error that a stale answer may explain counts only once the state is SETTLE_SECONDS old;
    False where users wait.
    """

    def decorate(function: Stage) -> Handler:
        @wraps(function)
        def handler(event: Event, _context: object) -> dict[str, Any]:
            deployment, visit = Deployment.from_json(event["deployment"]), Visit.from_context(event["context"])
            limit = getattr(deployment.timeouts, timeout) if timeout else float("inf")
            settled = settled_verdict(visit) if settles else nullcontext()
            with report_stage(visit, deployment.application, deployment.blue), limit_wait(visit, limit), settled:
                time_release(visit.machine, visit.release_seconds(deployment.approved))
                if needs_lock:
                    connect_records().require_held(deployment.application, deployment.blue, visit.execution)
                return function(deployment, visit, event).to_json()

        return handler

    return decorate


@contextmanager
def report_stage(visit: Visit, application: str, environment: str) -> Iterator[None]:
    """Add the release to each log line; log and count how the stage ends."""
    logger.append_keys(execution=visit.execution, state=visit.state, application=application, environment=environment)
    try:
        yield
    except EnvironmentNotReadyError as waiting:
        logger.info("waiting", found=waiting.found)
        if isinstance(waiting.__cause__, ServiceUnavailableError):
            count_error(application, ServiceUnavailableError.__name__)
        raise
    except ReleaseError as error:
        logger.error("failed", error=type(error).__name__, cause=str(error))  # noqa: TRY400 - a stack trace adds nothing
        count_error(application, type(error).__name__)
        raise
    time_state(application, visit.state, visit.elapsed(time.time()))


@contextmanager
def limit_wait(visit: Visit, seconds: float) -> Iterator[None]:
    """Raise WaitTimedOutError for EnvironmentNotReadyError when the wait has lasted for `seconds`.

    A wait for answers to settle ends by itself, so it has no limit. Throttling is waited for as long, or
    THROTTLED_SECONDS without a limit: a state retries other faults of a service 20 times only.
    """
    try:
        with wait_while_throttled(visit, seconds if seconds < float("inf") else THROTTLED_SECONDS):
            yield
    except EnvironmentNotReadyError as waiting:
        if visit.elapsed(time.time()) < seconds or waiting.settles:
            raise
        raise WaitTimedOutError(
            expected=f"{waiting.expected}, within {seconds:g} seconds",
            found=waiting.found,
            next_step=f"{waiting.next_step} Then redrive this execution; a longer limit goes into `timeouts`.",
        ) from waiting


@contextmanager
def wait_while_throttled(visit: Visit, seconds: float) -> Iterator[None]:
    """Raise EnvironmentNotReadyError for throttling, until the wait has lasted for `seconds`."""
    try:
        yield
    except ServiceUnavailableError as busy:
        if not busy.throttled or visit.seconds >= seconds:
            raise
        raise EnvironmentNotReadyError(expected=busy.expected, found=busy.found, next_step=busy.next_step) from busy
