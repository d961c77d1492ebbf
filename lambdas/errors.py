"""The errors that end or delay a release.

    ReleaseError
    ├── InvalidRequestError         the execution input breaks the schema
    ├── ReleaseRefusedError         it is not safe to start; nothing was touched
    ├── EnvironmentNotReadyError    not ready yet: the state's Retry looks again
    │   └── EnvironmentReadySoonError   not ready yet, but soon: another Retry looks again after a few seconds
    ├── ServiceUnavailableError     a service of AWS throttles, fails or gives no answer: Retry asks again
    ├── CallRejectedError           a service of AWS rejected a call, and would reject it again
    │   └── AlreadyExistsError      the thing to be made exists
    ├── PermissionDeniedError       a function's role lacks a permission
    ├── WaitTimedOutError           EnvironmentNotReadyError for longer than the stage's time-out
    ├── RegistrationFailedError     the source bundle did not become a usable version
    ├── LaunchFailedError           green did not come up
    ├── DeploymentFailedError       blue does not run the new version
    ├── ReleaseTestFailedError      blue runs the new version but does not answer as expected
    ├── GreenTestFailedError        green does not answer as blue does
    ├── GreenUnhealthyError         green became unhealthy while it served, and blue is better
    ├── ReleaseUnhealthyError       blue became unhealthy, or an alarm went off, during the watch
    ├── HookFailedError             a hook of one's own failed, or took too long
    ├── FleetStoppedError           releases of a fleet failed, so it began no more of them
    ├── UnexpectedEnvironmentError  an environment is not as this release left it
    └── LockLostError               another execution has taken over this blue environment

Step Functions matches the exact class name, never a base class.
"""

from typing import Final

MAX_TEXT_LENGTH: Final = 5_000
"""The most characters of what was expected or found. They are partly quotes, and a cause that Step Functions cannot
pass on (256 KB) ends an execution past every Catch.
"""


class ReleaseError(Exception):
    """Says what was expected, what was found and what to do next, in sentences for people.

    `settles`: a stale answer may be the reason, so the error counts only when answers have settled
    (lambdas/settling.py).
    """

    settles = False

    def __init__(self, *, expected: str, found: str, next_step: str, settles: bool | None = None) -> None:
        self.expected = expected[:MAX_TEXT_LENGTH]
        self.found = found[:MAX_TEXT_LENGTH]
        super().__init__(f"Expected {self.expected}. Found {self.found.rstrip('.')}. {next_step}")
        self.next_step = next_step
        if settles is not None:
            self.settles = settles


class InvalidRequestError(ReleaseError):
    """The execution input breaks the schema."""


class ReleaseRefusedError(ReleaseError):
    """It is not safe to start; nothing was touched."""


class EnvironmentNotReadyError(ReleaseError):
    """Not ready yet: the state's Retry looks again. With `settles`, the wait ends by itself.

    `seconds_left`: how long the wait lasts, if that is known.
    """

    def __init__(
        self,
        *,
        expected: str,
        found: str,
        next_step: str,
        settles: bool | None = None,
        seconds_left: float = float("inf"),
    ) -> None:
        super().__init__(expected=expected, found=found, next_step=next_step, settles=settles)
        self.seconds_left = seconds_left


class EnvironmentReadySoonError(EnvironmentNotReadyError):
    """Not ready yet, but soon: another Retry looks again after a few seconds.

    Only states whose definition has that Retry get it (lambdas/look_times.py).
    """


class ServiceUnavailableError(ReleaseError):
    """A service of AWS throttles, fails (5xx) or gives no answer: the state's Retry asks again.

    `unanswered`: the service may have done what it was asked for. `throttled`: it was asked too often.
    """

    def __init__(
        self, *, expected: str, found: str, next_step: str, unanswered: bool = False, throttled: bool = False
    ) -> None:
        super().__init__(expected=expected, found=found, next_step=next_step)
        self.unanswered = unanswered
        self.throttled = throttled


class CallRejectedError(ReleaseError):
    """A service of AWS rejected a call, and would reject it again."""


class AlreadyExistsError(CallRejectedError):
    """The thing to be made exists."""


class PermissionDeniedError(ReleaseError):
    """A function's role lacks a permission."""


class WaitTimedOutError(ReleaseError):
    """Not ready within the stage's time-out."""


class RegistrationFailedError(ReleaseError):
    """The source bundle did not become a usable version."""


class LaunchFailedError(ReleaseError):
    """Green did not come up."""


class DeploymentFailedError(ReleaseError):
    """Blue does not run the new version."""


class ReleaseTestFailedError(ReleaseError):
    """Blue runs the new version but does not answer as expected."""


class GreenTestFailedError(ReleaseError):
    """Green does not answer as blue does."""


class GreenUnhealthyError(ReleaseError):
    """Green became unhealthy while it served, and blue is better."""


class ReleaseUnhealthyError(ReleaseError):
    """Blue became unhealthy, or an alarm went off, during the watch."""


class HookFailedError(ReleaseError):
    """A hook of one's own failed, or took too long."""


class FleetStoppedError(ReleaseError):
    """Releases of a fleet failed, so it began no more of them."""


class UnexpectedEnvironmentError(ReleaseError):
    """An environment is not as this release left it."""

    settles = True


class LockLostError(ReleaseError):
    """Another execution has taken over this blue environment."""
