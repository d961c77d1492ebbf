"""Retry and Catch: which errors they match, and how long to wait before the next attempt."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionError, current_run
from emulator.ministack.stepfunctions.walk import Context

DEFAULT_INTERVAL_SECONDS = 1
DEFAULT_BACKOFF_RATE = 2.0
DEFAULT_MAX_ATTEMPTS = 3


def replacements(_: Clock) -> list[Replacement]:
    return [
        Replacement(SERVICE, "_error_matches", "519b9dc729c5", matches),
        Replacement(SERVICE, "_with_retry_and_catch", "b351699db7b3", attempt),
    ]


def matches(names: list[str], error: str) -> bool:
    """Whether an ErrorEquals list matches an error. Source: the guide's page on handling errors.

    States.Runtime is never matched; States.DataLimitExceeded only by its name. States.Timeout includes a missing
    heartbeat, and States.TaskFailed is everything but States.Timeout.
    """
    if error == "States.Runtime":
        return False
    wider = {"States.ALL"} if error != "States.DataLimitExceeded" else set()
    if error == "States.HeartbeatTimeout":
        wider.add("States.Timeout")
    if error not in ("States.Timeout", "States.DataLimitExceeded"):
        wider.add("States.TaskFailed")
    return not {error, *wider}.isdisjoint(names)


class Retries:
    """The Retry field of one state, while it is being visited."""

    def __init__(self, retriers: list[dict[str, Any]]) -> None:
        self._retriers = retriers
        self._used: Counter[int] = Counter()

    @property
    def count(self) -> int:
        return self._used.total()

    def delay(self, error: str) -> float | None:
        """Count an attempt that failed with this error: account seconds until the next one, None when there is none.

        The first retrier that matches decides, also when its attempts are used up.
        """
        for position, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], error):
                used = self._used[position]
                if used >= retrier.get("MaxAttempts", DEFAULT_MAX_ATTEMPTS):
                    return None
                self._used[position] += 1
                return _delay(retrier, used)
        return None


def _delay(retrier: dict[str, Any], used: int) -> float:
    """Exponential, capped, and only then spread."""
    interval = retrier.get("IntervalSeconds", DEFAULT_INTERVAL_SECONDS)
    growing = interval * retrier.get("BackoffRate", DEFAULT_BACKOFF_RATE) ** used
    capped = min(growing, retrier.get("MaxDelaySeconds", growing))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, capped)  # noqa: S311 - spreads retries, protects nothing
    return float(capped)


def attempt(state: dict[str, Any], data: Any, context: Context, once: Callable[[], Any]) -> Any:
    """Do something once, and again as Retry says; what fails for good goes to Catch. Raises ExecutionError or RunEnded.

    `State.EnteredTime` stays that of the first attempt, and `State.RetryCount` counts.
    """
    run = current_run()
    retries = Retries(state.get("Retry", []))
    entered = context["State"]
    while True:
        # Also where branches have left their own state in it.
        context["State"] = {**entered, "RetryCount": retries.count}
        try:
            return once()
        except ExecutionError as failure:
            run.check()
            delay = retries.delay(failure.error)  # type: ignore[attr-defined]
            if delay is None:
                return _caught(state, data, context, failure)
            run.wait(delay)


def _caught(state: dict[str, Any], data: Any, context: Context, failure: Any) -> tuple[Any, str]:
    catcher = stepfunctions._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    error_output = {"Error": failure.error, "Cause": failure.cause or ""}
    language = stepfunctions._state_query_language(state, context)
    output = stepfunctions._apply_catcher(catcher, data, context, language, error_output)
    return output, catcher["Next"]
