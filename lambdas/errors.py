"""Everything that can end or delay a release.

    ReleaseError
    ├── InvalidRequestError         the execution input breaks the schema
    ├── ReleaseRefusedError         what stands is not safe to start from; nothing was touched
    ├── EnvironmentNotReadyError    not there yet: the state's Retry looks again
    ├── ServiceUnavailableError     throttled, 5xx or no answer: the state's Retry asks again
    ├── CallRejectedError           Elastic Beanstalk refused a call, and would again
    │   └── AlreadyExistsError      what was to be made is there
    ├── PermissionDeniedError       a function's role lacks a permission in another service
    ├── WaitTimedOutError           EnvironmentNotReadyError for longer than the stage's time-out
    ├── RegistrationFailedError     the source bundle did not become a usable version
    ├── LaunchFailedError           green did not come up
    ├── DeploymentFailedError       blue does not run the new version
    ├── ReleaseTestFailedError      blue runs the new version but does not answer as expected
    ├── ReleaseUnhealthyError       blue turned unhealthy, or an alarm went off, while it was watched
    ├── UnexpectedEnvironmentError  an environment is not as this release left it; somebody else acted
    └── LockLostError               another execution has taken over this blue environment

Step Functions matches the exact class name, never a base class.
"""

from typing import Final

MAX_TEXT_LENGTH: Final = 5_000
"""Characters of what was expected or found. They come from elsewhere in part, and what Step Functions cannot pass on
(256 KB) ends an execution past every Catch.
"""


class ReleaseError(Exception):
    """What was expected, what was found, and what to do next, in full sentences for a person."""

    def __init__(self, *, expected: str, found: str, next_step: str) -> None:
        self.expected = expected[:MAX_TEXT_LENGTH]
        self.found = found[:MAX_TEXT_LENGTH]
        super().__init__(f"Expected {self.expected}. Found {self.found.rstrip('.')}. {next_step}")
        self.next_step = next_step


class InvalidRequestError(ReleaseError):
    """The execution input breaks the schema."""


class ReleaseRefusedError(ReleaseError):
    """What stands is not safe to start from; nothing was touched."""


class EnvironmentNotReadyError(ReleaseError):
    """Not there yet: the state's Retry looks again."""


class ServiceUnavailableError(ReleaseError):
    """Throttled, 5xx or no answer: the state's Retry asks again."""


class CallRejectedError(ReleaseError):
    """Elastic Beanstalk refused a call, and would again."""


class AlreadyExistsError(CallRejectedError):
    """What was to be made is there."""


class PermissionDeniedError(ReleaseError):
    """A function's role lacks a permission in another service."""


class WaitTimedOutError(ReleaseError):
    """Not there yet for longer than the stage's time-out."""


class RegistrationFailedError(ReleaseError):
    """The source bundle did not become a usable version."""


class LaunchFailedError(ReleaseError):
    """Green did not come up."""


class DeploymentFailedError(ReleaseError):
    """Blue does not run the new version."""


class ReleaseTestFailedError(ReleaseError):
    """Blue runs the new version but does not answer as expected."""


class ReleaseUnhealthyError(ReleaseError):
    """Blue turned unhealthy, or an alarm went off, while it was watched."""


class UnexpectedEnvironmentError(ReleaseError):
    """An environment is not as this release left it; somebody else acted."""


class LockLostError(ReleaseError):
    """Another execution has taken over this blue environment."""
