"""Users as a model: who serves them at each instant, and whether nobody could avoid that they get errors.

They are served by the environment with the production CNAME, and by those that had it less than the TTL of DNS answers
ago. Each of these must answer well, with a version that is known to be good.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from emulator.beanstalk.model import Environment, EnvironmentStatus
from tools.simulation.incidents import Incidents
from tools.simulation.shop import BLUE, DURATIONS, GREEN, PRODUCTION
from tools.simulation.world import World

DNS_TTL: Final = DURATIONS["dns_ttl"]
RESCUE_SECONDS: Final = 330
"""Until users of a sick environment are elsewhere, while an execution can move them: 110 until its health shows, two
looks, a swap, and the TTL of DNS answers.
"""
FAULT_SECONDS: Final = 60
"""By how much a fault of one call may delay that."""
RECOVERY_SECONDS: Final = 120
"""From the end of a sickness until its instances are in service again."""
HAND_SECONDS: Final = 120
"""How long a swap by hand may explain what follows: a look may be from before it."""
WATCHING_GREEN: Final = ("AwaitGreenLive", "DrainBlue", "DeployRelease", "KeepGreenLive")
WATCHING_BLUE: Final = ("AwaitBlueLive", "WatchRelease", "KeepGreenLive")


class ServedUsers:
    """Who serves users in one world. `proved`: versions that are known to be good. `violated` gets each violation."""

    def __init__(
        self, incidents: Incidents, proved: set[str], faults: int, violated: Callable[[World, str], None]
    ) -> None:
        self.proved = proved
        self.blue_touched = self.blue_tested = self.green_terminated = False
        """Whether the release deployed onto blue, tested it, and terminated green."""
        self.tested_at = 0.0
        self.left: dict[str, float] = {}
        """By id: when an environment lost the production CNAME."""
        self._incidents = incidents
        self._faults = faults
        self._violated = violated
        self.holder: str | None = None
        """The id of the environment with the production CNAME."""
        self._since = 0.0
        self.spent: dict[str, float] = {}
        """By id: how long users of a sick environment could have been moved and were not."""

    def kept(self) -> dict[str, Any]:
        """Return what was seen; see `recall`."""
        given = ("proved", "_incidents", "_faults", "_violated")
        return {name: each for name, each in vars(self).items() if name not in given}

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Go by what was seen in another world."""
        vars(self).update(kept)

    def begin(self, world: World) -> None:
        """Count time from now on."""
        self._since = world.now()

    def note_holder(self, world: World) -> Environment | None:
        """Return the environment with the production CNAME, and remember when another one lost it."""
        holder = world.shop.holder()
        name = holder.id if holder else None
        if name != self.holder:
            if self.holder is not None:
                self.left[self.holder] = world.now()
            self.holder = name
        return holder

    def check(self, world: World) -> None:
        """Check who serves users now."""
        holder, now = self.note_holder(world), world.now()
        passed, self._since = now - self._since, now
        if holder is None:
            if not self._incidents.live_terminated:
                self._violated(world, f"No environment holds {PRODUCTION}.")
            return
        environments = world.account.service.state.environments
        recent = [id_ for id_, at in self.left.items() if now - at < DNS_TTL and id_ != holder.id]
        for environment in (holder, *(environments[id_] for id_ in recent)):
            self._check_server(world, environment, passed)

    def with_old_answers(self, world: World, id_: str) -> bool:
        """Return whether users with old DNS answers are on the environment."""
        return world.now() - self.left.get(id_, float("-inf")) < DNS_TTL

    def swapped_by_hand(self, world: World, seconds: float = HAND_SECONDS) -> bool:
        """Return whether a person swapped so many seconds ago at most."""
        at = self._incidents.swapped_by_hand
        return at is not None and world.now() - at < seconds

    def _check_server(self, world: World, environment: Environment, passed: float) -> None:
        if not world.shop.serves_well(environment):
            if not self._excused(world, environment, passed):
                self._violated(world, f"Users of {environment.name} got errors ({environment.status}).")
            return
        chosen = {"by-hand"} if self._incidents.deployed_live else set()
        unproved = world.shop.versions_served(environment) - self.proved - chosen
        if unproved and self._incidents.swapped_by_hand is None:
            self._violated(world, f"Users of {environment.name} were served {', '.join(sorted(unproved))}, unproved.")

    def _excused(self, world: World, environment: Environment, passed: float) -> bool:
        """Return whether nobody could avoid that users of this environment get errors now."""
        now, id_ = world.now(), environment.id
        if self._incidents.disturbed.get(id_, 0.0) >= now or self.swapped_by_hand(world, 600):
            return True
        begin, end = self._incidents.sick.get(id_, (0.0, 0.0))
        if not begin <= now <= end + RECOVERY_SECONDS:
            return False
        states = [each.state for each in world.executions if each.status == "RUNNING"]
        if self.can_move(world, environment, states):
            self.spent[id_] = self.spent.get(id_, 0.0) + passed
        return self.spent.get(id_, 0.0) <= RESCUE_SECONDS + self._faults * FAULT_SECONDS

    def is_refreshed(self, blue: Environment | None) -> bool:
        """Return whether somebody configured blue after its test, or a managed update ended then, or runs.

        Blue is not as it was tested then.
        """
        if blue is None:
            return False
        if self._incidents.configured_at >= self.tested_at:
            return True
        return blue.managed_action is not None or any(each.ended >= self.tested_at for each in blue.managed_history)

    def can_move(self, world: World, environment: Environment, states: Collection[str]) -> bool:
        """Return whether an execution in one of these states knows a good environment to move the users to."""
        other = world.shop.environment(GREEN if environment.name == BLUE else BLUE)
        sick = [
            id_
            for id_, (begin, end) in self._incidents.sick.items()
            if begin <= world.now() <= end + RECOVERY_SECONDS and id_ != environment.id
        ]
        if sick or not other or not world.shop.serves_well(other) or not (_is_ready(environment) and _is_ready(other)):
            return False
        if environment.name == BLUE:
            return not self.green_terminated and any(state in WATCHING_BLUE for state in states)
        if self._incidents.deployed_by_hand:
            return False
        tested = self.blue_tested and not self.is_refreshed(other) and not awaits_approval(world)
        return any(tested or (not self.blue_touched and state in WATCHING_GREEN) for state in states)


def awaits_approval(world: World) -> bool:
    """Return whether people are asked for an approval, and none has come: users stay where they are until then."""
    asked = [each for each in world.executions if each.request.get("approval")]
    return bool(asked) and not any(each.approved for each in asked)


def _is_ready(environment: Environment) -> bool:
    return environment.status is EnvironmentStatus.READY
