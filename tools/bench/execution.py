"""One execution of the state machine on an account in memory: its states in order, retried as their Retry says."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from typing import Any, Final

from infra.retry_delays import FAULTS, SOON, WAITING, RetryDelays
from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError, ReleaseError, ServiceUnavailableError
from lambdas.look_times import SOON as KEY_OF_SOON

STATES: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    ("Plan", "plan", {}),
    ("CloneBlue", "clone_blue", {}),
    ("AwaitGreen", "await_green", {}),
    ("VerifyGreen", "verify_green", {}),
    ("SwapToGreen", "swap_traffic", {"to": "green"}),
    ("AwaitGreenLive", "await_traffic", {"to": "green"}),
    ("DrainBlue", "drain_blue", {}),
    ("DeployRelease", "deploy_release", {}),
    ("AwaitRelease", "await_release", {}),
    ("VerifyRelease", "verify_release", {}),
    ("SwapToBlue", "swap_traffic", {"to": "blue"}),
    ("AwaitBlueLive", "await_traffic", {"to": "blue"}),
    ("WatchRelease", "watch_release", {}),
    ("TerminateGreen", "terminate_green", {}),
    ("AwaitTermination", "await_termination", {}),
)
"""The states of a release without options: their names, functions, and what their events have besides."""
FUNCTION_SECONDS: Final = 0.3
"""How long a function takes until its answer. Measured: a warm function of 256 MB with one or two calls."""
TRANSITION_SECONDS: Final = 0.1
"""From a state's end to the next function's begin."""


RETRIES: Final[Mapping[type[ReleaseError], RetryDelays]] = {
    EnvironmentNotReadyError: WAITING,
    EnvironmentReadySoonError: SOON,
    ServiceUnavailableError: FAULTS,
}


@dataclass
class PassedState:
    """A state that has ended."""

    name: str
    entered: float
    exited: float


@dataclass
class BenchExecution:
    """An execution. It is advanced by `steps`, one invocation each. `alarms`: those that its input names."""

    application: str
    started: float
    random: Random
    alarms: tuple[str, ...] = ()
    passed: list[PassedState] = field(default_factory=list)
    invocations: int = 0
    error: ReleaseError | None = None
    ended: float | None = None
    deployment: dict[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] | None = None
    """Its input; None for a release without options."""
    name: str = ""
    """Of the execution; by default the application's."""

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return f"arn:aws:states:us-east-1:123456789012:execution:bench:{self.name or self.application}"

    def steps(self) -> Iterator[float]:
        """Run the execution: one invocation a step. Yield the epoch of the next step."""
        now = self.started
        for name, function, more in STATES:
            now, result = yield from self._state(name, function, now, {"deployment": self.deployment, **more})
            if result is None:
                now, _ = yield from self._state("KeepGreenLive", "keep_green_live", now, self._failure(name))
                break
            self.deployment = result
        self.ended = now

    def _state(
        self, name: str, function: str, entered: float, event: Mapping[str, Any]
    ) -> Generator[float, None, tuple[float, dict[str, Any] | None]]:
        """Run a state. Return when the next one is entered, and the result, None for an error."""
        now, tried = entered, dict.fromkeys((WAITING, SOON, FAULTS), 0)
        result = None
        while True:
            yield now
            self.invocations += 1
            now += FUNCTION_SECONDS
            try:
                result = self._invoke(name, function, entered, event)
                break
            except ReleaseError as error:
                retry = RETRIES.get(type(error))
                if retry is None or tried[retry] == retry.attempts:
                    self.error = error
                    break
                now += self._delay(retry, tried[retry])
                tried[retry] += 1
        self.passed.append(PassedState(name, entered, now))
        return now + TRANSITION_SECONDS, result

    def _delay(self, retry: RetryDelays, tried: int) -> float:
        longest = min(retry.first * retry.rate**tried, retry.longest)
        return self.random.uniform(0, longest) if retry.jitter else longest

    def _failure(self, state: str) -> dict[str, Any]:
        fields = {"State": state, "Error": type(self.error).__name__, "Cause": str(self.error), "RedriveCount": 0}
        return {"deployment": self.deployment, "failure": fields}

    def _invoke(self, state: str, function: str, entered: float, event: Mapping[str, Any]) -> dict[str, Any]:
        usual: dict[str, Any] = {"application": self.application, "blue": f"{self.application}-prod", "version": "v2"}
        if self.alarms:
            usual |= {"alarms": [*self.alarms]}
        context = {
            "Execution": {"Id": self.arn, "StartTime": _text(self.started), "Input": self.request or usual},
            "State": {"Name": state, "EnteredTime": _text(entered)},
        }
        handler = import_module(f"lambdas.stages.{function}").handler
        returned: dict[str, Any] = handler({**event, "context": context, KEY_OF_SOON: True}, None)
        return returned


def _text(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()
