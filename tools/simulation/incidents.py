"""Incidents of a schedule: what happens to environments, and what people do, between two calls.

The words are those of the campaign (tools/campaign/plan.py), with some that the emulated account has no switch for.
"""

import json
from collections.abc import Callable

from emulator.beanstalk.model import EnvironmentStatus
from tools.simulation.approver import ANSWER_SECONDS
from tools.simulation.environment_incidents import EnvironmentIncidents
from tools.simulation.incident_marks import DISTURBED_SECONDS
from tools.simulation.people_incidents import BLUE_TAG, RECORD, PeopleIncidents
from tools.simulation.shop import APPLICATION, BLUE, DURATIONS, GREEN, hosting_of
from tools.simulation.world import World


class Incidents(EnvironmentIncidents, PeopleIncidents):
    """Carries out incidents in one world, and notes what they leave."""

    def do(self, world: World, what: str) -> str:
        """Carry out an incident; return a remark for the history."""
        kind, _, rest = what.partition("/")
        self.kinds.add(kind)
        act: Callable[[World, str], str] = getattr(self, f"_{kind}")
        return act(world, rest)

    def repair(self, world: World) -> None:
        """End what still lasts, as a person does before the release is tried again."""
        world.account.service.durations.set(DURATIONS)
        self.sick = {id_: (begin, min(end, world.now())) for id_, (begin, end) in self.sick.items()}
        world.shop.restore_bundles()
        for environment in world.account.service.state.alive_environments():
            if environment.status is EnvironmentStatus.READY and environment.id in self.disturbed:
                self.disturbed[environment.id] = world.now() + DISTURBED_SECONDS
            if "fail" in self.kinds and environment.group and not world.shop.serves_well(environment):
                self.replace_instances(world, environment)
            hosting_of(environment).order, hosting_of(environment).warns = None, False
            self.show_true_health(world, environment)
        world.approver.seconds, world.approver.error = ANSWER_SECONDS, ""
        world.hooks.status = "SUCCEEDED"
        world.alarms.ringing = dict.fromkeys(world.alarms.ringing)
        if self.untagged and (green := world.shop.environment(GREEN)) and green.id == self.untagged:
            green.tags[BLUE_TAG] = BLUE
        if "edit_record" in self.kinds:
            record = world.objects.contents.get(RECORD, b"{}")
            if record.startswith(b"edited"):
                del world.objects.contents[RECORD]
        if self.swapped_by_hand is not None:
            self._swap_back(world)
        for label in ("v1", "v2", "v3"):
            if label not in world.account.service.state.application(APPLICATION).versions:
                world.shop.register(label)

    def _swap_back(self, world: World) -> None:
        """Bring users back who were moved by hand to an environment that is not well. No release begins there."""
        holder, blue, green = world.shop.holder(), world.shop.environment(BLUE), world.shop.environment(GREEN)
        other = green if holder is blue else blue
        if holder and other and not world.shop.serves_well(holder) and world.shop.serves_well(other):
            world.note("person", f"MOVES users back to {other.name}: {self._swap(world, '')}")


def record_in(world: World) -> dict[str, object]:
    """Return the record of blue; empty without one in the tool's form."""
    try:
        found = json.loads(world.objects.contents.get(RECORD, b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
