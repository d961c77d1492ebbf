"""IAM: records each request that a role's policies decide, and denies actions on request.

MiniStack enforces the caller's policies, signatures included, when the variable `AUTH` says so.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalResult

from emulator.iam.recorder import PermissionRecorder, PermissionRequest
from emulator.ministack.replacement import Replacement

Enforce = Callable[..., EvalResult | AuthError | None]


def replacements(permissions: PermissionRecorder) -> list[Replacement]:
    evaluator = RecordingEvaluator(permissions, iam_evaluator.enforce)
    return [
        Replacement("ministack.app", "pin_request_origin", "de819c1bd9ac", pin_request_origin),
        Replacement("ministack.core.iam_evaluator", "enforce", "cf64b1ee5b09", evaluator.enforce),
    ]


class RecordingEvaluator:
    """Decides whether a call is allowed, and records the decision. MiniStack decides in this one place."""

    def __init__(self, permissions: PermissionRecorder, enforce: Enforce) -> None:
        self._permissions = permissions
        self._enforce = enforce

    def enforce(  # noqa: PLR0917 - MiniStack's signature
        self,
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> EvalResult | AuthError | None:
        """Return None for an allowed call, EvalResult for a denied one, AuthError for invalid credentials."""
        verdict = self._enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if isinstance(verdict, AuthError) or (caller := _assumed_role(access_key_id)) is None:
            return verdict
        arn, role, session = caller
        if self._permissions.denies(role, session, iam_action):
            verdict = EvalResult("Deny", arn, reason="Denied through the control API")
        self._permissions.record(PermissionRequest(role, iam_action, resource_arn, allowed=verdict is None))
        return verdict


def _assumed_role(access_key_id: str) -> tuple[str, str, str] | None:
    """Return the ARN, the role and the session of a role's temporary credentials; None for other credentials."""
    credential = iam_evaluator.resolve_credential(access_key_id)
    arn = str(getattr(credential, "principal_arn", ""))
    if ":assumed-role/" not in arn:
        return None
    _, role, session = arn.split("/", 2)
    return arn, role, session


def pin_request_origin(source_ip: str, _secure_transport: bool) -> None:
    """Treat every request as encrypted. The CDK's bucket policies deny plain HTTP, which is all that loopback uses."""
    iam_evaluator.pin_request_origin(source_ip, secure_transport=True)
