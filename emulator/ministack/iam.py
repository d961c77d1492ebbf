"""IAM: every question that a role's policies answer is noted, and denials on demand come before the policies.

The emulator enforces the policies of whoever calls it when it is told to (`AUTH`), signatures included.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalResult

from emulator.iam.recorder import PermissionRecorder, PermissionRequest
from emulator.ministack.replacement import Replacement

Enforce = Callable[..., EvalResult | AuthError | None]


def replacements(permissions: PermissionRecorder) -> list[Replacement]:
    authorization = Authorization(permissions, iam_evaluator.enforce)
    return [
        Replacement("ministack.app", "pin_request_origin", "de819c1bd9ac", pin_request_origin),
        Replacement("ministack.core.iam_evaluator", "enforce", "cf64b1ee5b09", authorization.enforce),
    ]


class Authorization:
    """The emulator's one place that decides whether a call is allowed."""

    def __init__(self, permissions: PermissionRecorder, enforce: Enforce) -> None:
        self._permissions = permissions
        self._enforce = enforce

    def enforce(  # noqa: PLR0917 - as the emulator has it
        self,
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> EvalResult | AuthError | None:
        """Return None when it is allowed; EvalResult: it is denied; AuthError: the credentials do not hold."""
        verdict = self._enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if isinstance(verdict, AuthError) or (caller := _role(access_key_id)) is None:
            return verdict
        arn, role, session = caller
        if self._permissions.denies(role, session, iam_action):
            verdict = EvalResult("Deny", arn, reason="Denied on demand")
        self._permissions.note(PermissionRequest(role, iam_action, resource_arn, allowed=verdict is None))
        return verdict


def _role(access_key_id: str) -> tuple[str, str, str] | None:
    """The ARN, the role and the session of temporary credentials; None for any other."""
    credential = iam_evaluator.resolve_credential(access_key_id)
    arn = str(getattr(credential, "principal_arn", ""))
    if ":assumed-role/" not in arn:
        return None
    _, role, session = arn.split("/", 2)
    return arn, role, session


def pin_request_origin(source_ip: str, _secure_transport: bool) -> None:
    """Every request counts as encrypted. In life all are, and buckets refuse others; here none leaves the machine."""
    iam_evaluator.pin_request_origin(source_ip, secure_transport=True)
