"""The caller of a service of ours: checks the request's signature, and asks IAM what the caller may do."""

import contextvars
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.responses import set_request_account_id
from ministack.core.router import extract_access_key_id

from emulator.asgi import Message, headers_of
from emulator.beanstalk.errors import CredentialsError


class SignedCaller:
    """The principal that signed a request. Not thread-safe: make one for each request."""

    def __init__(self, scope: Message, body: bytes, region: str, service: str = "elasticbeanstalk") -> None:
        self._region = region
        self._service = service
        # MiniStack keeps the request that it evaluates in context variables.
        self._context = contextvars.copy_context()
        self._key = self._context.run(_set_request, scope, body)

    def authenticate(self) -> None:
        """Raise CredentialsError when the signature, its time or its token is not valid."""
        if failure := self._context.run(iam_evaluator.check_credentials, self._key, self._service):
            raise CredentialsError(failure.code, failure.message)

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        """Return why IAM denies an action on a resource; None when it allows it. Raises CredentialsError."""
        service = action.partition(":")[0]
        verdict = self._context.run(
            iam_evaluator.enforce, self._key, action, service, self._region, resource, conditions
        )
        if verdict is None:
            return None
        if isinstance(verdict, AuthError):
            raise CredentialsError(verdict.code, verdict.message)
        policy = "a resource-based policy" if verdict.resource_policy_arn else "an identity-based policy"
        reason = (
            f"with an explicit deny in {policy}"
            if verdict.decision == "Deny"
            else f"because no identity-based policy allows the {action} action"
        )
        return f"User: {verdict.principal_arn} is not authorized to perform: {action} on resource: {resource} {reason}"


def _set_request(scope: Message, body: bytes) -> str:
    """Set the request that MiniStack's IAM evaluates; return its access key."""
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    key: str = extract_access_key_id(headers_of(scope), query) or ""
    set_request_account_id(key)
    address = (scope.get("client") or ("127.0.0.1",))[0]
    iam_evaluator.pin_request_origin(address, True)  # as encrypted, see emulator.ministack.iam
    iam_evaluator.pin_signed_request(scope["method"], raw_path.decode("latin-1"), query, scope["headers"])
    iam_evaluator.pin_signed_body(body)
    return key
