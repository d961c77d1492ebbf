"""What a release left behind, in the simulator or on the deployed machine, in the same words for both."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

CHANGED_SERVICES: Final = ("autoscaling", "elasticbeanstalk", "s3", "sns", "states")
READS: Final = ("Check", "Describe", "Get", "Head", "List")
SHARED_OBJECTS: Final = ("/snapshot", "/begun-releases")
"""The ends of the paths of what all executions share. How often these are written depends on the times of looks."""
OBJECTS: Final = {"/bluegreen/": "record", "/bundles/": "bundle"}
"""What an object is, by a part of its path."""
CONTEXT: Final = 2
"""How many steps are shown before and after a difference."""


@dataclass(frozen=True)
class ExecutionTrace:
    """One execution: the states that it entered, its calls that change something, its ends, all in their order.

    A state that waits is entered once, however often it looks. There is one more end for each redrive.
    """

    states: tuple[str, ...]
    acts: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True)
class ReleaseTrace:
    """A release: its executions in the order of their starts, and what stands at the end."""

    executions: tuple[ExecutionTrace, ...]
    standing: tuple[str, ...]


def act_of(state: str, service: str, action: str, target: str) -> str | None:
    """Return a call as an act; None for one that changes nothing. `service`: as the journal names it."""
    if service not in CHANGED_SERVICES or action.startswith(READS) or target.endswith(SHARED_OBJECTS):
        return None
    shown = next((word for part, word in OBJECTS.items() if part in target), target)
    return " ".join(filter(None, (state, f"{service}.{action}", shown)))


def target_of(form: str, role: Callable[[str], str]) -> str:
    """Return the environments and the version that a call of Elastic Beanstalk names.

    `role` returns the role of an environment, by its name or id.
    """
    found = []
    for name, value in sorted(parse_qsl(form)):
        if name.endswith(("EnvironmentId", "EnvironmentName")):
            found.append(role(value))
        elif name == "VersionLabel":
            found.append(value)
    return " ".join(found)


def what_stands(environments: Iterable[tuple[str, str | None, bool]], saved: int) -> tuple[str, ...]:
    """Return what stands in words. `environments`: the role, the version, and whether it has the production CNAME.

    `saved`: how many saved configurations are left, without one that a person made.
    """
    found = [f"{role} {label}{' serves' if serves else ''}" for role, label, serves in environments]
    return (*sorted(found), f"saved configurations: {saved}")


def differences(simulated: ReleaseTrace, deployed: ReleaseTrace) -> list[str]:
    """Return what differs, in lines; an empty list when both did the same."""
    found = []
    if len(simulated.executions) != len(deployed.executions):
        found.append(f"executions: {len(simulated.executions)} simulated, {len(deployed.executions)} deployed")
    for number, (ours, theirs) in enumerate(zip(simulated.executions, deployed.executions, strict=False), 1):
        for what in ("states", "acts", "ends"):
            found += _differing(f"{what} of execution {number}", getattr(ours, what), getattr(theirs, what))
    return found + _differing("what stands at the end", simulated.standing, deployed.standing)


def _differing(what: str, simulated: Sequence[str], deployed: Sequence[str]) -> list[str]:
    return [f"{what}:", *_compared(simulated, deployed)] if simulated != deployed else []


def _compared(simulated: Sequence[str], deployed: Sequence[str]) -> Iterator[str]:
    """Yield what only one of them has, with what is around."""
    matcher = difflib.SequenceMatcher(a=simulated, b=deployed, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        for how, begin, end, other_begin, other_end in group:
            if how == "equal":
                yield from (f"  both       {each}" for each in simulated[begin:end])
                continue
            yield from (f"  simulated  {each}" for each in simulated[begin:end])
            yield from (f"  deployed   {each}" for each in deployed[other_begin:other_end])
