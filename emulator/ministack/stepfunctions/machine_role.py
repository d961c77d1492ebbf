"""The role of a state machine: its temporary credentials, and what its policies allow.

MiniStack does not ask them for what a state machine does. A denial is worded as IAM does.
"""

import hashlib
from dataclasses import dataclass

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.responses import get_region
from ministack.services import sts


@dataclass(frozen=True)
class RoleCredentials:
    """Temporary credentials of a role, in a session of Step Functions."""

    access_key: str
    secret_key: str
    token: str


def role_credentials(role_arn: str) -> RoleCredentials:
    """Return the credentials of a role: the same at each call."""
    digest = hashlib.sha256(f"states:{role_arn}".encode()).hexdigest()
    credentials = RoleCredentials(f"ASIA{digest[:16].upper()}", digest, digest[::-1])
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    # AWS's sessions of Step Functions have 32 letters.
    session = "".join(chr(ord("A") + int(digit, 16)) for digit in digest[:32])
    sts.register_session(
        credentials.access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{name}:{session}",
            "SecretAccessKey": credentials.secret_key,
            "SessionToken": credentials.token,
        },
    )
    return credentials


def refusal(role_arn: str, action: str, resource: str) -> str | None:
    """Return why IAM denies an action of a role on a resource; None when it allows it."""
    key = role_credentials(role_arn).access_key
    verdict = iam_evaluator.enforce(key, action, action.partition(":")[0], get_region(), resource)
    if verdict is None:
        return None
    if isinstance(verdict, AuthError):
        return str(verdict.message)
    reason = (
        "with an explicit deny in an identity-based policy"
        if verdict.decision == "Deny"
        else f"because no identity-based policy allows the {action} action"
    )
    return f"User: {verdict.principal_arn} is not authorized to perform: {action} on resource: {resource} {reason}"
