"""Reads values of the CDK context, from cdk.json or `-c NAME=VALUE`, and collects all that is wrong with them."""

from collections.abc import Callable
from typing import Any


class ContextReader:
    """`get` returns the context's value for a name, or None. `problems`: a sentence for each wrong value."""

    def __init__(self, get: Callable[[str], Any]) -> None:
        self._get = get
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return a value as text. A list or an object is a problem."""
        value = self._get(name)
        if _is_unset(value):
            return default
        if not isinstance(value, str | int):
            self.refuse(name, "to be text", repr(value))
            return default
        return str(value)

    def names(self, name: str, default: str = "") -> tuple[str, ...]:
        """Return the names in a value that has commas between them."""
        return tuple(each.strip() for each in self.text(name, default).split(",") if each.strip())

    def flag(self, name: str) -> bool:
        """Return whether a value is true. Anything but true and false is a problem."""
        value = self._get(name)
        if str(value).lower() not in ("true", "false", "none", ""):
            self.refuse(name, "to be true or false", repr(value))
        return str(value).lower() == "true"

    def value(self, name: str) -> Any:
        """Return a value as the context has it, None when it is unset."""
        value = self._get(name)
        return None if _is_unset(value) else value

    def refuse(self, name: str, expected: str, found: str, next_step: str = "Correct it.") -> None:
        """Add a problem with the value of a name."""
        self.problems.append(f"Expected -c {name}= {expected}. Found {found}. {next_step}")


def _is_unset(value: Any) -> bool:
    return value is None or value is False or value == ""
