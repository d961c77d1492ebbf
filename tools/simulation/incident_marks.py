"""What incidents leave in a world: the rules go by it, and a person repairs it."""

from collections.abc import Callable
from typing import Final

from emulator.beanstalk.model import Environment, EnvironmentStatus
from tools.simulation.disturbance import FOR_GOOD
from tools.simulation.world import World

DISTURBED_SECONDS: Final = 300
"""How long users may get errors from what people did to an environment that serves, or after its repair."""
LASTING: Final = frozenset({"fail", "slow"})
"""Kinds of incidents that last until they are repaired."""

DONE = ""
REFUSED = "(refused)"
NOTHING = "(nothing to do)"
"""The remarks of incidents."""


class IncidentMarks:
    """What the incidents of one world have left. `request`: the input of the release that is disturbed."""

    def __init__(self, request: dict[str, object]) -> None:
        self._request = request
        self.sick: dict[str, tuple[float, float]] = {}
        """By the environment's id: from when to when its application answers errors, or its health is bad."""
        self.shown: set[str] = set()
        """The ids of environments whose health shows what an incident says. Their health checks are suspended."""
        self.disturbed: dict[str, float] = {}
        """By id: until when users may get errors from what people did to an environment that serves."""
        self.swapped_by_hand: float | None = None
        self.deployed_by_hand = False
        self.deployed_live = False
        """Whether a person deployed where users were."""
        self.terminated_by_hand = False
        """Whether a person terminated green, which leaves its saved configuration to the next release."""
        self.acted_late = False
        """Whether a function changed something after its execution was stopped, beside another execution."""
        self.configured_at = float("-inf")
        """When a person changed the settings of blue last."""
        self.untagged: str | None = None
        self.kinds: set[str] = set()
        self.with_old_answers: Callable[[World, str], bool] = lambda *_: False
        """Whether users with old DNS answers are on the environment of an id."""
        self.live_terminated = False

    def mark_sick(self, environment: str, begin: float, end: float) -> None:
        """Note that an environment is sick, longer perhaps than it is already."""
        began, ends = self.sick.get(environment, (begin, end))
        self.sick[environment] = (began, max(ends, end)) if ends >= begin else (begin, end)

    def disturb(self, environment: str, now: float) -> None:
        """Note that users may get errors from an environment for a while; if operations fail or are slow, for good."""
        self.disturbed[environment] = FOR_GOOD if self.kinds & LASTING else now + DISTURBED_SECONDS

    def disturb_on(self, now: float) -> None:
        """Note that operations fail or are slow from now on."""
        self.disturbed |= {id_: FOR_GOOD for id_, until in self.disturbed.items() if until >= now}

    def terminates(self, environment: Environment) -> bool:
        """Return whether an environment is being terminated, by a person or slowly."""
        by_hand_or_slow = self.terminated_by_hand or "slow" in self.kinds
        return by_hand_or_slow and environment.status is EnvironmentStatus.TERMINATING
