"""What is known of the versions on blue and green in a stage, or when it fails: pure, over the release."""

from typing import Final

from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.errors import (
    DeploymentFailedError,
    HookFailedError,
    ReleaseTestFailedError,
    ReleaseUnhealthyError,
    UnexpectedEnvironmentError,
)
from lambdas.serving import Proof

CLONING: Final = frozenset({"RegisterRelease", "AwaitRegistration", "CloneBlue", "AwaitGreen", "VerifyGreen"})
"""Stages before green is known to work."""
BLUE_UNCHANGED: Final = CLONING | {
    "HooksBeforeGreen",
    "SwapToGreen",
    "AwaitGreenLive",
    "DrainBlue",
    "HooksBeforeDeploy",
}
"""Stages before the deployment onto blue."""
BLUE_TESTED: Final = frozenset({"HooksBeforeBlue", "SwapToBlue", "AwaitBlueLive", "WatchRelease", "HooksAfterBlue"})
"""Stages after the test of blue, and the approval."""
BLUE_PROVED: Final = frozenset({"TerminateGreen", "AwaitTermination", "HooksAfterRelease"})
"""Stages after the watch of blue."""
REJECTED: Final = "Rejected"
"""The error by which a person rejects a release."""
VERDICTS: Final = frozenset(
    {
        DeploymentFailedError.__name__,
        HookFailedError.__name__,
        ReleaseTestFailedError.__name__,
        ReleaseUnhealthyError.__name__,
        REJECTED,
    }
)
"""Errors that say that the new version does not work, or is not wanted."""


def proof_of_blue(
    deployment: Deployment, state: str, error: str = "", *, changed: bool, served_last: bool = False
) -> Proof:
    """Return what is known of blue's version in `state`. `error`: the one that ended the state, if it failed.

    `changed`: whether an update of blue began in this release. A rollback is made because blue's version fails users.
    A release that finds green serving does not know what an earlier one has left on blue, unless blue `served_last`.
    """
    if state in BLUE_PROVED:
        return Proof.PROVED
    if not changed and state in BLUE_UNCHANGED | {"DeployRelease"}:
        if deployment.mode == Mode.ROLLBACK:
            return Proof.DISPROVED
        return Proof.PROVED if served_last or deployment.next_step == NextStep.RELEASE else Proof.UNPROVED
    if error == UnexpectedEnvironmentError.__name__ and state in BLUE_TESTED:
        return Proof.UNPROVED  # somebody changed blue after its test
    if error in VERDICTS and state not in BLUE_UNCHANGED:
        return Proof.DISPROVED
    return Proof.TESTED if state in BLUE_TESTED else Proof.UNPROVED


def proof_of_green(deployment: Deployment, state: str) -> Proof:
    """Return what is known of green's version in `state`. It served users before; a new clone may not work yet."""
    cloning = state in CLONING and deployment.next_step == NextStep.RELEASE
    return Proof.UNPROVED if cloning else Proof.PROVED
