"""Reads facts and times out of values and objects."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, Final, TypeAlias

from emulator.beanstalk.configuration_options import Option
from tools.simulation.texts import split_text

EPOCH: Final = 1_700_000_000.0
"""A number from here on is a time."""
EMPTY: Final[Mapping[type[Any], str]] = {dict: "{}", list: "[]", tuple: "()", set: "set()"}
"""What stands for each kind of values when nothing is in it."""
OLD_SECONDS: Final = 900
"""A time that is longer ago is only old: nothing in a release looks back so far to the second."""


@dataclass(frozen=True)
class Likeness:
    """The facts of a world, and its times in seconds from now, in an order that the facts decide."""

    facts: int
    """A hash of them."""
    times: tuple[float, ...]


class Reader:
    """Reads facts and times. `now`: in epoch seconds. `read_of` returns what reads values or objects of a class."""

    def __init__(self, now: float, read_of: "Callable[[Any], Read]") -> None:
        self.facts: list[Any] = []
        self.times: list[float] = []
        self._now = now
        self._read_of = read_of
        self._names: dict[str, int] = {}
        self._seen: dict[int, int] = {}

    def likeness(self) -> Likeness:
        """Return what was read."""
        return Likeness(hash(tuple(self.facts)), tuple(self.times))

    def time(self, epoch: float) -> None:
        """Add a time."""
        seconds = epoch - self._now
        if -OLD_SECONDS < seconds < EPOCH:
            self.facts.append("T")
            self.times.append(seconds)
        else:
            self.facts.append("OLD" if seconds < 0 else "NEVER")

    def read(self, *things: Any) -> None:
        """Add what things are, and what they lead to."""
        self.read_all(things)

    def read_all(self, things: Iterable[Any]) -> None:
        """Add what things are. Most are texts and numbers, so these come first, without a call of a function."""
        facts, read_of = self.facts, self._read_of
        for thing in things:
            kind = type(thing)
            if kind is str:
                template, names, times = split_text(thing)
                facts.append(template)
                if names or times:
                    self._parts(names, times)
            elif thing is None or kind is bool or kind is int:
                facts.append(thing)
            elif not thing and kind in EMPTY:
                facts.append(EMPTY[kind])
            else:
                read_of(kind)(self, thing)

    def _parts(self, names: tuple[str, ...], times: tuple[float, ...]) -> None:
        for name in names:
            self.facts.append(self._names.setdefault(name, len(self._names)))
        for each in times:
            self.time(each)

    # --- plain things

    def number(self, thing: float) -> None:
        """Add a time, or seconds."""
        if thing > EPOCH:
            self.time(thing)
        else:
            self.facts.append("S")
            self.times.append(thing)

    def mapping(self, thing: Mapping[Any, Any]) -> None:
        """Add the items of a dictionary."""
        self.facts.append(len(thing))
        if type(next(iter(thing), None)) is Option:
            self.facts.append(hash(frozenset(thing.items())))
        else:
            self.read_all(chain.from_iterable(thing.items()))

    def sequence(self, thing: Collection[Any]) -> None:
        """Add the items of a list."""
        self.facts.append(len(thing))
        self.read_all(thing)

    def unordered(self, thing: Iterable[Any]) -> None:
        """Add the items of a set."""
        self.sequence(sorted(thing, key=str))

    def content(self, content: bytes) -> None:
        """Add what is in a file."""
        if content.startswith(b"{"):
            self.read(json.loads(content))
        else:
            self.facts.append(content)

    def value(self, thing: Enum) -> None:
        """Add a value of an enumeration."""
        self.facts.append(thing)

    def is_new(self, thing: Any) -> bool:
        """Return whether an object was not read yet. If it was, add its number."""
        number = self._seen.get(id(thing))
        if number is None:
            self._seen[id(thing)] = len(self._seen)
        else:
            self.facts.append(number)
        return number is None


Read: TypeAlias = Callable[[Reader, Any], None]
"""Reads values or objects of one class."""
