"""What a world is like while nothing runs in it: its facts, and its times from now on.

Two worlds with the same facts, and nearly the same times, go on alike. All that can be reached from the account, the
executions, the timers and the rules counts, but what LEFT_OUT, VARIABLES and `recent_events` leave out.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, partial
from types import CellType, FunctionType, GeneratorType, MethodType
from typing import Any, Final

from emulator.beanstalk.group_settings import Trigger
from emulator.beanstalk.model import Event, Version
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.version_lifecycle import VersionLifecycle
from tools.simulation.attempts import Attempts
from tools.simulation.executions import SimulatedExecution, advice
from tools.simulation.reader import Read, Reader

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
MONITOR: Final = "monitor"
"""The generator of health checks. What the last check has left in its variables decides nothing."""
MANY: Final = 5
"""So many attempts or more are the same: their delays grow little (infra/retry_delays.py)."""


def _nothing(reader: Reader, _: Any) -> None:
    """Add nothing about an object."""


def _fields(reader: Reader, thing: Any) -> None:
    """Add the class of an object, and its attributes."""
    reader.facts.append(type(thing).__name__)
    reader.read_all([each for name, each in _attributes(thing) if name not in _NOT_READ])


def _values(reader: Reader, thing: Any) -> None:
    """Add an object that never changes and has no times in it."""
    reader.facts.append(thing)


def _attempts(reader: Reader, thing: Attempts) -> None:
    """Add how often a state has waited. Attempts after faults delay nothing once there are no more faults."""
    reader.read({retrier: min(used, MANY) for retrier, used in thing.waits.items()})


def _execution(reader: Reader, thing: SimulatedExecution) -> None:
    """Add the attributes of an execution. Of its cause, people read what it asks them to do."""
    found = dict(_attributes(thing))
    steps = found["_steps"]
    if steps is not None and steps.gi_running:
        found["_steps"] = "is to run the function of its state"
    reader.facts.append(advice(found["cause"]))
    reader.read_all([each for name, each in found.items() if name != "cause" and name not in _NOT_READ])


def _event(reader: Reader, thing: Event) -> None:
    """Add what an event says."""
    reader.facts.append(thing.severity)
    reader.read_all((thing.message, thing.date))


def _version(reader: Reader, thing: Version) -> None:
    """Add what a version is."""
    reader.facts += [thing.label, thing.status, thing.bundle]


def _steps(reader: Reader, thing: Any) -> None:
    """Add where a generator stands, and its variables."""
    frame = thing.gi_frame
    if frame is None:
        reader.facts.append("ended")
        return
    reader.facts += [frame.f_code.co_qualname, frame.f_lasti]
    variables = frame.f_locals
    if frame.f_code.co_filename.endswith(INTERPRETER):
        reader.read_all([each for name, each in variables.items() if name in VARIABLES])
    elif frame.f_code.co_name == MONITOR:
        reader.read(variables["environment"])
    else:
        reader.read_all(variables.values())
    if thing.gi_yieldfrom is not None:
        reader.read(thing.gi_yieldfrom)


def _function(reader: Reader, thing: FunctionType) -> None:
    """Add a function, with what it has kept of its surroundings."""
    reader.facts.append(thing.__qualname__)
    for cell in thing.__closure__ or ():
        reader.read(_kept(cell))


def _method(reader: Reader, thing: MethodType) -> None:
    """Add a method, and its object."""
    reader.facts.append(thing.__name__)
    reader.read(thing.__self__)


def _partial(reader: Reader, thing: partial[Any]) -> None:
    """Add a function with some of its arguments."""
    reader.read(thing.func)
    reader.read(thing.args)
    reader.read(thing.keywords)


_NOT_READ: Final = frozenset(
    {
        "definition", "world", "turn", "_definition", "_execution", "_around", "_draws",
        "_hosting", "_asked", "_input",
    }
)  # fmt: skip
"""Attributes: of executions, of their interpreters and attempts, and what leads back to an object that was read."""
_PLAIN: Final[Mapping[type[Any], Read]] = {
    float: Reader.number,
    dict: Reader.mapping,
    Counter: Reader.mapping,
    list: Reader.sequence,
    tuple: Reader.sequence,
    bytes: Reader.content,
}
"""What reads values."""
_OBJECTS: Final[Mapping[type[Any], Read]] = {
    GeneratorType: _steps,
    FunctionType: _function,
    MethodType: _method,
    partial: _partial,
    Attempts: _attempts,
    SimulatedExecution: _execution,
    Event: _event,
    Version: _version,
    Platform: _values,
    Trigger: _values,
    VersionLifecycle: _values,
    set: Reader.unordered,
    frozenset: Reader.unordered,
}


def _attributes(thing: Any) -> Iterable[tuple[str, Any]]:
    if hasattr(thing, "__dict__"):
        attributes: dict[str, Any] = thing.__dict__
        return attributes.items()
    return [(each.name, getattr(thing, each.name)) for each in fields(thing)]


def new_reader(now: float) -> Reader:
    """Return what reads a world. `now`: in epoch seconds."""
    return Reader(now, _read_of)


@cache
def _read_of(kind: Any) -> Read:
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


def _object_reader(kind: Any) -> Read:
    if kind in _OBJECTS:
        return _OBJECTS[kind]
    if kind.__name__ in LEFT_OUT or (kind.__module__.startswith(STATELESS) and not is_dataclass(kind)):
        return _nothing
    if issubclass(kind, tuple | deque):
        return Reader.sequence
    has_attributes = is_dataclass(kind) or "__dict__" in dir(kind)
    return _fields if has_attributes else _nothing


def _kept(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
