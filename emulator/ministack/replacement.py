"""Replacing parts of the emulator, only while they are what they were when the correction was written."""

import hashlib
import importlib
import importlib.metadata
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

EMULATOR = "ministack"
VERSION = "1.5.33"


class UnknownMiniStackError(Exception):
    """The emulator is not the one that the corrections were written for."""


@dataclass(frozen=True)
class Replacement:
    """One symbol of the emulator, and what takes its place.

    `symbol` is a name in `module`, or `Class.method`. `digest`: the first characters of the SHA-256 of the source of
    the function or class that is replaced, or of the repr of any other value.
    """

    module: str
    symbol: str
    digest: str
    by: Any

    def problem(self) -> str | None:
        """What is not as it was when the correction was written, if anything."""
        try:
            found = digest_of(self._owner(), self._name())
        except (ImportError, AttributeError):
            return f"{self.module}.{self.symbol} is missing"
        return None if found == self.digest else f"{self.module}.{self.symbol} has changed (digest {found})"

    def install(self) -> None:
        setattr(self._owner(), self._name(), self.by)

    def _owner(self) -> Any:
        owner: Any = importlib.import_module(self.module)
        for name in self.symbol.split(".")[:-1]:
            owner = getattr(owner, name)
        return owner

    def _name(self) -> str:
        return self.symbol.rpartition(".")[2]


@dataclass(frozen=True)
class Addition:
    """An entry that a dictionary of the emulator lacks: `symbol` is the dictionary's name in `module`."""

    module: str
    symbol: str
    key: str
    value: Any

    def problem(self) -> str | None:
        """What is not as it was when the correction was written, if anything."""
        try:
            found = self._dictionary()
        except (ImportError, AttributeError):
            return f"{self.module}.{self.symbol} is missing"
        return f"{self.module}.{self.symbol} has {self.key} by now" if self.key in found else None

    def install(self) -> None:
        self._dictionary()[self.key] = self.value

    def _dictionary(self) -> Any:
        return getattr(importlib.import_module(self.module), self.symbol)


def digest_of(owner: Any, name: str) -> str:
    """Digest of the source of a function or class, else of the value's repr."""
    value = getattr(owner, name)
    defined = inspect.isroutine(value) or inspect.isclass(value)
    text = inspect.getsource(value) if defined else repr(value)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def replace(replacements: Iterable[Replacement | Addition]) -> None:
    """Install all replacements, or none. Raises UnknownMiniStackError, in one line, when any does not fit."""
    chosen = list(replacements)
    found = importlib.metadata.version(EMULATOR)
    problems = [problem for replacement in chosen if (problem := replacement.problem())]
    if problems or found != VERSION:
        raise UnknownMiniStackError(
            f"The corrections are written for {EMULATOR} {VERSION}; found {EMULATOR} {found}"
            f"{''.join(f'; {problem}' for problem in problems)}."
            f" Install {EMULATOR}=={VERSION}, or bring emulator/ministack up to date."
        )
    for replacement in chosen:
        replacement.install()
