"""The containers of states in a definition: the machine, the branches of Parallel states, the processors of Maps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]


@dataclass(frozen=True)
class Container:
    """An object with StartAt and States. `path` is empty for the machine itself."""

    path: str
    fields: dict[str, Any]

    def states(self) -> Iterator[tuple[str, str, State]]:
        """Return name, path and fields of each state that is an object."""
        found = self.fields.get("States")
        for name, state in found.items() if isinstance(found, dict) else ():
            if isinstance(state, dict):
                yield name, f"{self.path}/States/{name}", state


def containers(definition: dict[str, Any]) -> Iterator[Container]:
    """Return the machine and all containers in it, each before those inside it."""
    return _within(Container("", definition))


def _within(container: Container) -> Iterator[Container]:
    yield container
    for _, path, state in container.states():
        for inner in _inside(path, state):
            yield from _within(inner)


def _inside(path: str, state: State) -> Iterator[Container]:
    branches = state.get("Branches") if state.get("Type") == "Parallel" else None
    for position, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            yield Container(f"{path}/Branches[{position}]", branch)
    for name in ("ItemProcessor", "Iterator"):
        if state.get("Type") == "Map" and isinstance(state.get(name), dict):
            yield Container(f"{path}/{name}", state[name])
