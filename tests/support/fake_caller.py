"""A caller of Elastic Beanstalk that lacks some permissions."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/release/deploy"


class FakeDeniedCaller:
    """A caller that may do everything but these actions, each a pattern, on resources that match `resource`.

    `asked`: all permissions that were asked for: action, resource and condition keys.
    """

    def __init__(self, *actions: str, resource: str = "*") -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self._actions, self._resource = actions, resource

    def authenticate(self) -> None:
        """Accept any credentials."""

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        """Return IAM's words for a denied action."""
        self.asked.append((action, resource, dict(conditions or {})))
        denied = any(fnmatchcase(action, each) for each in self._actions) and fnmatchcase(resource, self._resource)
        return f"User: {PRINCIPAL} is not authorized to perform: {action} on resource: {resource}" if denied else None
