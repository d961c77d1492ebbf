"""What a world is like while nothing runs in it: its facts, and its times from now on.

Two worlds with the same facts, and nearly the same times, go on alike. All that can be reached from the account, the
executions, the timers and the rules counts, but what LEFT_OUT, VARIABLES and `recent_events` leave out.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache, partial
from itertools import chain
from types import CellType, FunctionType, GeneratorType, MethodType
from typing import Any, Final

from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.model import Event, Version
from tools.simulation.attempts import Attempts
from tools.simulation.executions import SimulatedExecution, advice
from tools.simulation.texts import split_text

EPOCH: Final = 1_700_000_000.0
"""A number from here on is a time."""
OLD_SECONDS: Final = 900
"""A time that is longer ago is only old: nothing in a release looks back so far to the second."""
LEFT_OUT: Final = frozenset(
    {
        "AutoScaling", "ElasticBeanstalk", "InMemoryAccount", "InMemoryBundleStore", "Quotas", "Random", "StaleReads",
        "State", "StateLock", "Switches", "Timeline", "VirtualClock", "VirtualScheduler", "World", "count",
    }
)  # fmt: skip
"""Classes: what is in them is the same in all worlds, or is told by another way, or decides nothing."""
STATELESS: Final = "emulator.beanstalk.operations"
"""The package of objects that only work on others. Its dataclasses are what they work on."""
INTERPRETER: Final = "tools/simulation/interpreter.py"
VARIABLES: Final = frozenset(
    {"entry", "used", "attempts", "results", "pauses", "branches", "number", "item", "data", "token", "began"}
)
"""What counts of an interpreter's variables. The others are parts of the definition, or follow from these."""
MANY: Final = 5
"""So many attempts or more are the same: their delays grow little (infra/retry_delays.py)."""


@dataclass(frozen=True)
class Likeness:
    """The facts of a world, and its times in seconds from now, in an order that the facts decide."""

    facts: int
    """A hash of them."""
    times: tuple[float, ...]


class Reader:
    """Reads facts and times out of objects. `now`: in epoch seconds."""

    def __init__(self, now: float) -> None:
        self.facts: list[Any] = []
        self.times: list[float] = []
        self._now = now
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
        facts = self.facts
        for thing in things:
            kind = type(thing)
            if kind is str:
                template, names, times = split_text(thing)
                facts.append(template)
                if names or times:
                    self._parts(names, times)
            elif thing is None or kind is bool or kind is int:
                facts.append(thing)
            else:
                _reader_of(kind)(self, thing)  # type: ignore[arg-type]

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

    # --- objects

    def is_new(self, thing: Any) -> bool:
        """Return whether an object was not read yet. If it was, add its number."""
        number = self._seen.get(id(thing))
        if number is None:
            self._seen[id(thing)] = len(self._seen)
        else:
            self.facts.append(number)
        return number is None

    def nothing(self, _: Any) -> None:
        """Add nothing about an object."""

    def fields(self, thing: Any) -> None:
        """Add the class of an object, and its attributes."""
        self.facts.append(type(thing).__name__)
        self.read_all([each for name, each in _attributes(thing) if name not in _NOT_READ])

    def attempts(self, thing: Attempts) -> None:
        """Add how often a state has waited. Attempts after faults delay nothing once there are no more faults."""
        self.read({retrier: min(used, MANY) for retrier, used in thing.waits.items()})

    def execution(self, thing: SimulatedExecution) -> None:
        """Add the attributes of an execution. Of its cause, people read what it asks them to do."""
        for name, each in _attributes(thing):
            if name == "cause":
                self.facts.append(advice(each))
            elif name == "_steps" and each is not None and each.gi_running:
                self.facts.append("is to run the function of its state")
            elif name not in _NOT_READ:
                self.read(each)

    def event(self, thing: Event) -> None:
        """Add what an event says."""
        self.read(thing.message)
        self.facts.append(thing.severity)
        self.time(thing.date)

    def version(self, thing: Version) -> None:
        """Add what a version is."""
        self.facts += [thing.label, thing.status, thing.bundle]

    def steps(self, thing: Any) -> None:
        """Add where a generator stands, and its variables."""
        frame = thing.gi_frame
        if frame is None:
            self.facts.append("ended")
            return
        self.facts += [frame.f_code.co_qualname, frame.f_lasti]
        ours = frame.f_code.co_filename.endswith(INTERPRETER)
        for name, each in frame.f_locals.items():
            if not ours or name in VARIABLES:
                self.read(each)
        if thing.gi_yieldfrom is not None:
            self.read(thing.gi_yieldfrom)

    def function(self, thing: FunctionType) -> None:
        """Add a function, with what it has kept of its surroundings."""
        self.facts.append(thing.__qualname__)
        for cell in thing.__closure__ or ():
            self.read(_kept(cell))

    def method(self, thing: MethodType) -> None:
        """Add a method, and its object."""
        self.facts.append(thing.__name__)
        self.read(thing.__self__)

    def partial(self, thing: partial[Any]) -> None:
        """Add a function with some of its arguments."""
        self.read(thing.func)
        self.read(thing.args)
        self.read(thing.keywords)


_NOT_READ: Final = frozenset(
    {
        "definition", "world", "turn", "_definition", "_execution", "_around", "_draws",
        "_hosting", "_asked", "_input",
    }
)  # fmt: skip
"""Attributes: of executions, of their interpreters and attempts, and what leads back to an object that was read."""
_PLAIN: Final[Mapping[type[Any], Callable[[Reader, Any], None]]] = {
    float: Reader.number,
    dict: Reader.mapping,
    Counter: Reader.mapping,
    list: Reader.sequence,
    tuple: Reader.sequence,
    bytes: Reader.content,
}
"""What reads values."""
_OBJECTS: Final[Mapping[type[Any], Callable[[Reader, Any], None]]] = {
    GeneratorType: Reader.steps,
    FunctionType: Reader.function,
    MethodType: Reader.method,
    partial: Reader.partial,
    Attempts: Reader.attempts,
    SimulatedExecution: Reader.execution,
    Event: Reader.event,
    Version: Reader.version,
    set: Reader.unordered,
    frozenset: Reader.unordered,
}


def _attributes(thing: Any) -> Iterable[tuple[str, Any]]:
    if hasattr(thing, "__dict__"):
        attributes: dict[str, Any] = thing.__dict__
        return attributes.items()
    return [(each.name, getattr(thing, each.name)) for each in fields(thing)]


@cache
def _reader_of(kind: Any) -> Callable[[Reader, Any], None]:
    """Return what reads values or objects of a class. An object is read once; then it counts by its number."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, Enum):
        return Reader.value
    read = _object_reader(kind)

    def read_once(reader: Reader, thing: Any) -> None:
        if reader.is_new(thing):
            read(reader, thing)

    return read_once


def _object_reader(kind: Any) -> Callable[[Reader, Any], None]:
    if kind in _OBJECTS:
        return _OBJECTS[kind]
    if kind.__name__ in LEFT_OUT or (kind.__module__.startswith(STATELESS) and not is_dataclass(kind)):
        return Reader.nothing
    if issubclass(kind, tuple | deque):
        return Reader.sequence
    has_attributes = is_dataclass(kind) or "__dict__" in dir(kind)
    return Reader.fields if has_attributes else Reader.nothing


def _kept(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
