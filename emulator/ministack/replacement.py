"""Replaces symbols of MiniStack, while they are still what they were when the replacement was written."""

import hashlib
import importlib
import importlib.metadata
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DISTRIBUTION = "ministack"
VERSION = "1.5.33"


class UnknownMiniStackError(Exception):
    """MiniStack is not the one that the corrections are written for; the message is one line for the user."""


@dataclass(frozen=True)
class Replacement:
    """A symbol of MiniStack, and the value that replaces it.

    `symbol` is a name in `module`, or `Class.method`. `digest`: the first 12 characters of the SHA-256 of the source
    of the function or class that is replaced, or of the repr of another value.
    """

    module: str
    symbol: str
    digest: str
    value: Any

    def problem(self) -> str | None:
        """Return how MiniStack differs from what this replacement is written for; None when it does not."""
        try:
            found = digest_of(self._owner(), self._name())
        except (ImportError, AttributeError):
            return f"{self.module}.{self.symbol} is missing"
        return None if found == self.digest else f"{self.module}.{self.symbol} has changed (digest {found})"

    def install(self) -> None:
        setattr(self._owner(), self._name(), self.value)

    def _owner(self) -> Any:
        owner: Any = importlib.import_module(self.module)
        for name in self.symbol.split(".")[:-1]:
            owner = getattr(owner, name)
        return owner

    def _name(self) -> str:
        return self.symbol.rpartition(".")[2]


@dataclass(frozen=True)
class Addition:
    """An entry that a dictionary of MiniStack lacks. `symbol` is the dictionary's name in `module`."""

    module: str
    symbol: str
    key: str
    value: Any

    def problem(self) -> str | None:
        """Return how MiniStack differs from what this addition is written for; None when it does not."""
        try:
            found = self._dictionary()
        except (ImportError, AttributeError):
            return f"{self.module}.{self.symbol} is missing"
        return f"{self.module}.{self.symbol} has {self.key} already" if self.key in found else None

    def install(self) -> None:
        self._dictionary()[self.key] = self.value

    def _dictionary(self) -> Any:
        return getattr(importlib.import_module(self.module), self.symbol)


def digest_of(owner: Any, name: str) -> str:
    """Return the digest of a function's or class's source, or of another value's repr."""
    value = getattr(owner, name)
    defined = inspect.isroutine(value) or inspect.isclass(value)
    text = inspect.getsource(value) if defined else repr(value)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def install_all(replacements: Iterable[Replacement | Addition]) -> None:
    """Install all replacements. Raises UnknownMiniStackError when one does not fit, and then installs none."""
    chosen = list(replacements)
    found = importlib.metadata.version(DISTRIBUTION)
    problems = [problem for replacement in chosen if (problem := replacement.problem())]
    if problems or found != VERSION:
        raise UnknownMiniStackError(
            f"The corrections are written for {DISTRIBUTION} {VERSION}; found {DISTRIBUTION} {found}"
            f"{''.join(f'; {problem}' for problem in problems)}."
            f" Install {DISTRIBUTION}=={VERSION}, or bring emulator/ministack up to date."
        )
    for replacement in chosen:
        replacement.install()
