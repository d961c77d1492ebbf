"""Who calls Elastic Beanstalk: the signature of a call, and what IAM allows whoever made it."""

import contextvars
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.responses import set_request_account_id
from ministack.core.router import extract_access_key_id

from emulator.beanstalk.errors import CredentialsError
from emulator.faults.middleware import Message


class SignedCaller:
    """Whoever signed a request. Not thread-safe: one for each request."""

    def __init__(self, scope: Message, body: bytes, region: str) -> None:
        self._region = region
        # The emulator keeps what it knows of a request in context variables.
        self._context = contextvars.copy_context()
        self._key = self._context.run(_pin, scope, body)

    def authenticate(self) -> None:
        """Raise CredentialsError when the signature, its time or its token is not right."""
        if failure := self._context.run(iam_evaluator.check_credentials, self._key, "elasticbeanstalk"):
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
        explicit = verdict.decision == "Deny"
        reason = (
            "with an explicit deny in an identity-based policy"
            if explicit
            else f"because no identity-based policy allows the {action} action"
        )
        return f"User: {verdict.principal_arn} is not authorized to perform: {action} on resource: {resource} {reason}"


def _pin(scope: Message, body: bytes) -> str:
    """Show a request to the emulator, and return its access key."""
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    key: str = extract_access_key_id(headers, query) or ""
    set_request_account_id(key)
    address = (scope.get("client") or ("127.0.0.1",))[0]
    iam_evaluator.pin_request_origin(address, True)  # encrypted, see emulator.ministack.iam
    iam_evaluator.pin_signed_request(scope["method"], raw_path.decode("latin-1"), query, scope["headers"])
    iam_evaluator.pin_signed_body(body)
    return key
