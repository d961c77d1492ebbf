"""Transitions: every target exists, every state is reachable, and the workflow has an end."""

from collections.abc import Iterator
from typing import Any

from emulator.ministack.stepfunctions.definitions.containers import Container, State, containers
from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic

MISSING_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END = "MISSING_END_STATE"


def transition_diagnostics(definition: dict[str, Any]) -> list[Diagnostic]:
    """Return missing targets, then a missing end, or else the unreachable states. AWS has this order."""
    found = list(containers(definition))
    missing = [each for container in found for each in _missing_targets(container)]
    if any(not _ends(container) for container in found):
        return [*missing, Diagnostic("Workflow has no terminal state", None, MISSING_END)]
    return [*missing, *(each for container in found for each in _unreachable(container))]


def _missing_targets(container: Container) -> Iterator[Diagnostic]:
    states = container.fields["States"]
    targets = [(f"{container.path}/StartAt", container.fields["StartAt"])]
    for _, path, state in container.states():
        targets += [(f"{path}/{field}", name) for field, name in _targets(state)]
    for location, name in targets:
        if name not in states:
            # AWS says 'Next', whatever the field's name is.
            yield Diagnostic(f"Missing 'Next' target: {name}", location, MISSING_TARGET)


def _targets(state: State) -> Iterator[tuple[str, str]]:
    """Return where a state may lead to: the field's path within the state, and the target's name."""
    for field in ("Next", "Default"):
        if isinstance(state.get(field), str):
            yield field, state[field]
    for field in ("Choices", "Catch"):
        rules = state.get(field)
        for position, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield f"{field}[{position}]/Next", rule["Next"]


def _ends(container: Container) -> bool:
    return any(state.get("End") is True or state["Type"] in ("Succeed", "Fail") for _, _, state in container.states())


def _unreachable(container: Container) -> Iterator[Diagnostic]:
    states = {name: state for name, _, state in container.states()}
    reached: set[str] = set()
    ahead = [container.fields["StartAt"]]
    while ahead:
        name = ahead.pop()
        if name in states and name not in reached:
            reached.add(name)
            ahead += [target for _, target in _targets(states[name])]
    for name, path, _ in container.states():
        if name not in reached:
            yield Diagnostic(f'State "{name}" is not reachable.', path, MISSING_TARGET)
