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
HOPELESS: Final = {
    InvalidRequestError.__name__: "correct the input and start a new execution. A redrive has the same input.",
    LockLostError.__name__: "look at the other execution, which has taken over. This one has nothing left to do.",
}
"""Errors after which a redrive fails again, and what to do instead."""


def advice(error: str) -> str:
    """Return what to do after that error, in a sentence or two."""
    if error in HOPELESS:
        return HOPELESS[error]
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
    return error not in HOPELESS
