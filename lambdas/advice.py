"""What to do about a failed release, by its error. A redrive is advised only where it can help."""

from typing import Final

from lambdas.errors import (
    DeploymentFailedError,
    InvalidRequestError,
    LockLostError,
    RegistrationFailedError,
    ReleaseTestFailedError,
)

OF_THE_VERSION: Final = frozenset(
    error.__name__ for error in (DeploymentFailedError, RegistrationFailedError, ReleaseTestFailedError)
)
"""A redrive releases the same version again."""
OF_THE_INPUT: Final = InvalidRequestError.__name__
"""A redrive has the same input, so it fails again."""
OF_THE_LOCK: Final = LockLostError.__name__
"""Plan refuses a redrive while the other execution runs, and when a later one has succeeded. Else it takes over."""


def advice(error: str) -> str:
    """Return what to do after that error, in a sentence or two."""
    if error == OF_THE_INPUT:
        return "correct the input and start a new execution. A redrive has the same input."
    if error == OF_THE_LOCK:
        return (
            "look at the execution that the cause names. If it runs, or began later and succeeded, this one has "
            "nothing left to do. Else redrive this execution."
        )
    if error in OF_THE_VERSION:
        return (
            "correct the version and start a new execution with it. "
            "If the cause lies outside of the version, remove it and redrive this execution."
        )
    return (
        "once the cause is gone, redrive this execution: it looks at what stands and goes on from there. "
        "Or start a new one, with a corrected version."
    )


def redrive_helps(error: str) -> bool:
    """Return whether a redrive can succeed after that error."""
    return error != OF_THE_INPUT
