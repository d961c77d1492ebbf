"""Who calls, and what they may do."""

from collections.abc import Mapping
from typing import Any, Protocol


class Caller(Protocol):
    """Whoever signed a call."""

    def authenticate(self) -> None:
        """Raise CredentialsError when nobody is known by the call's credentials."""
        ...

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        """Return why an action, such as s3:GetObject, on the resource of this ARN is denied; None when it is allowed.

        `conditions`: the condition keys of the request by name.
        """
        ...


class Administrator:
    """May do everything."""

    def authenticate(self) -> None:
        return None

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:  # noqa: ARG002
        return None


ADMINISTRATOR = Administrator()
