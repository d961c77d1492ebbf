"""What is to go wrong in one run."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from emulator.faults import Fault, FaultKind

GOOD_BUNDLE = "v2"
BAD_BUNDLES = ("answers_only_root", "does_not_start", "answers_500")
"""Found out by VerifyRelease, by Elastic Beanstalk at once, and by Elastic Beanstalk after a while."""


class Act(StrEnum):
    """What people do while an execution runs."""

    ABORT = "abort"
    """They stop it."""
    SECOND = "second"
    """They start another one with the same input."""


@dataclass(frozen=True)
class Interference:
    """`act` is done so many account seconds after the execution has entered a state, or when it has ended before."""

    act: Act
    state: str
    seconds: float


@dataclass(frozen=True)
class Schedule:
    """One run: the faults that strike it, and what people do meanwhile, in its order.

    `faults`: their `function` is the name of a stage's module, or `STATE_MACHINE`. `bundle`: the sample to release.
    """

    name: str
    faults: tuple[Fault, ...] = ()
    bundle: str = GOOD_BUNDLE
    people: tuple[Interference, ...] = ()

    @property
    def good(self) -> bool:
        """Whether what is released deserves it."""
        return self.bundle == GOOD_BUNDLE

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "name": self.name,
            "bundle": self.bundle,
            "faults": [fault.as_dict() for fault in self.faults],
            "people": [asdict(each) for each in self.people],
        }


@dataclass(frozen=True)
class Site:
    """One call that a release makes, in every release: the `number`-th of its kind that the function makes."""

    service: str
    action: str
    function: str
    number: int

    def struck(self, kind: FaultKind, bundle: str) -> Schedule:
        """Return the run in which this call, and nothing else, goes wrong in this way."""
        fault = Fault(kind, self.service, self.action, self.function, call=self.number)
        return Schedule(f"{kind}/{self.function}/{self.service}.{self.action}/{self.number}", (fault,), bundle)

    def before(self) -> Self | None:
        """Return the call of the same kind before it, if there is one: polls are not equally many every time."""
        return replace(self, number=self.number - 1) if self.number > 1 else None
