"""The caller of a request: its credentials, and what it may do."""

from collections.abc import Mapping
from typing import Any, Protocol


class Caller(Protocol):
    """The caller that signed a request."""

    def authenticate(self) -> None:
        """Raise CredentialsError when the credentials are not valid."""
        ...

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        """Return why IAM denies an action on a resource, None when it allows it.

        `action`: such as s3:GetObject. `resource`: an ARN. `conditions`: the request's condition keys by name.
        """
        ...


class Administrator:
    """A caller that may do everything."""

    def authenticate(self) -> None:
        """Accept any credentials."""

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:  # noqa: ARG002
        """Return None: everything is allowed, whatever the arguments, which other callers need."""
        return None


ADMINISTRATOR = Administrator()
