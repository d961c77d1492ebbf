"""Retry and Catch: the errors that they match, and the delays between attempts."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.retry_jitter import RETRY_JITTER
from emulator.ministack.stepfunctions.execution_run import require_run
from emulator.ministack.stepfunctions.internals import HEARTBEAT_TIMEOUT, MODULE, ExecutionError, shown_name
from emulator.ministack.stepfunctions.walk import Context

DEFAULT_INTERVAL_SECONDS = 1
DEFAULT_BACKOFF_RATE = 2.0
DEFAULT_MAX_ATTEMPTS = 3


def replacements() -> list[Replacement]:
    return [
        Replacement(MODULE, "_error_matches", "519b9dc729c5", matches),
        Replacement(MODULE, "_with_retry_and_catch", "b351699db7b3", attempt),
    ]


def matches(names: list[str], error: str) -> bool:
    """Return whether an ErrorEquals list matches an error. Source: the guide's page on handling errors.

    Nothing matches States.Runtime; only its name matches States.DataLimitExceeded. States.Timeout matches a missing
    heartbeat, too. States.TaskFailed matches all errors but States.Timeout.
    """
    if error == "States.Runtime":
        return False
    wildcards = {"States.ALL"} if error != "States.DataLimitExceeded" else set()
    if error == HEARTBEAT_TIMEOUT:
        wildcards.add("States.Timeout")
    if error not in ("States.Timeout", "States.DataLimitExceeded"):
        wildcards.add("States.TaskFailed")
    return not {error, *wildcards}.isdisjoint(names)


class Retriers:
    """The Retry field of one state, and the attempts that were made in one visit of the state."""

    def __init__(self, retriers: list[dict[str, Any]]) -> None:
        self._retriers = retriers
        self._used: Counter[int] = Counter()
        self.last: int | None = None
        """The position of the retrier that the last delay came from."""

    @property
    def count(self) -> int:
        return self._used.total()

    def delay(self, error: str) -> float | None:
        """Count a failed attempt; return the account seconds until the next one, None when there is no next one.

        The first retrier that matches the error decides, also when it has no attempts left.
        """
        for position, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], error):
                used = self._used[position]
                if used >= retrier.get("MaxAttempts", DEFAULT_MAX_ATTEMPTS):
                    return None
                self._used[position] += 1
                self.last = position
                return _delay(retrier, used)
        return None


def _delay(retrier: dict[str, Any], used: int) -> float:
    """Return the delay of a retrier: exponential, then capped, then with jitter."""
    interval = retrier.get("IntervalSeconds", DEFAULT_INTERVAL_SECONDS)
    exponential = interval * retrier.get("BackoffRate", DEFAULT_BACKOFF_RATE) ** used
    capped = min(exponential, retrier.get("MaxDelaySeconds", exponential))
    if retrier.get("JitterStrategy") == "FULL":
        return float(capped) * RETRY_JITTER.drawn()
    return float(capped)


def attempt(state: dict[str, Any], data: Any, context: Context, once: Callable[[], Any]) -> Any:
    """Call `once`, again as Retry says, then apply Catch; return `once`'s result. Raises ExecutionError or RunEnded.

    `State.EnteredTime` stays that of the first attempt; `State.RetryCount` counts the retries.
    """
    run = require_run()
    retriers = Retriers(state.get("Retry", []))
    entered = context["State"]
    while True:
        # Set for each attempt: branches of a Parallel state may have set their own.
        context["State"] = {**entered, "RetryCount": retriers.count}
        try:
            return once()
        except ExecutionError as failure:
            run.check()
            delay = retriers.delay(failure.error)
            if delay is None:
                return _caught(state, data, context, failure)
            run.wait(delay)


def _caught(state: dict[str, Any], data: Any, context: Context, failure: Any) -> tuple[Any, str]:
    catcher = stepfunctions._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    error_output = {"Error": shown_name(failure.error), "Cause": failure.cause or ""}
    language = stepfunctions._state_query_language(state, context)
    output = stepfunctions._apply_catcher(catcher, data, context, language, error_output)
    return output, catcher["Next"]
