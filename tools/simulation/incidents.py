"""Incidents of a schedule: what happens to environments, and what people do, between two calls.

The words are those of the campaign (rehearsal/campaign/plan.py), with some that the emulated account has no switch for.
It is over 200 lines, since all incidents stand here, a few lines each.
"""

import json
from collections.abc import Callable
from typing import Final

from emulator.beanstalk.model import Environment
from emulator.in_memory.hosting import InMemoryHosting
from tools.simulation.cases import ALARM
from tools.simulation.disturbance import FOR_GOOD
from tools.simulation.executions import SimulatedExecution
from tools.simulation.shop import APPLICATION, BLUE, DURATIONS, GREEN, hosting_of
from tools.simulation.world import World

BLUE_TAG: Final = "bluegreen:blue"
RECORD: Final = "/elasticbeanstalk-us-east-1-123456789012/bluegreen/shop/shop-prod.json"
SLOW: Final = {"launch": 1800, "update": 1800, "swap": 180, "terminate": 900, "configure": 600}
"""How long an operation takes that takes long, in account seconds."""
REDRIVE_SECONDS: Final = 5
OVERTAKEN_SECONDS: Final = 100
"""From an abort to the redrive of an execution that another one has followed by then."""
DONE: Final = ""
REFUSED: Final = "(refused)"
NOTHING: Final = "(nothing to do)"


class Incidents:
    """Carries out incidents in one world, and notes what they leave: `sick`, `by_hand`."""

    def __init__(self, request: dict[str, object]) -> None:
        self._request = request
        self.sick: dict[str, tuple[float, float]] = {}
        """By the environment's id: from when to when its application answers errors."""
        self.disturbed: dict[str, float] = {}
        """By id: until when users may get errors from what people did to an environment that serves."""
        self.swapped_by_hand: float | None = None
        self.deployed_by_hand = False
        self.deployed_live = False
        """Whether a person deployed where users were."""
        self.untagged: str | None = None
        self.kinds: set[str] = set()
        self.with_old_answers: Callable[[World, str], bool] = lambda *_: False
        """Whether users with old DNS answers are on the environment of an id."""
        self.live_terminated = False

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
            hosting_of(environment).order, hosting_of(environment).warns = None, False
        world.alarms.ringing = dict.fromkeys(world.alarms.ringing)
        if self.untagged and (green := world.shop.environment(GREEN)) and green.id == self.untagged:
            green.tags[BLUE_TAG] = BLUE
        if "edit_record" in self.kinds:
            record = world.objects.contents.get(RECORD, b"{}")
            if record.startswith(b"edited"):
                del world.objects.contents[RECORD]
        for label in ("v1", "v2", "v3"):
            if label not in world.account.service.state.application(APPLICATION).versions:
                world.shop.register(label)

    # --- environments

    def _sick(self, world: World, rest: str) -> str:
        return self._impair(world, rest, lambda hosting, sick: setattr(hosting, "order", 500 if sick else None))

    def _warn(self, world: World, rest: str) -> str:
        return self._impair(world, rest, lambda hosting, sick: setattr(hosting, "warns", sick))

    def _impair(self, world: World, rest: str, impair: Callable[[InMemoryHosting, bool], None]) -> str:
        role, _, seconds = rest.partition("/")
        environment = _of(world, role)
        if environment is None:
            return NOTHING
        hosting = hosting_of(environment)
        impair(hosting, True)
        end = world.now() + float(seconds) if seconds else FOR_GOOD
        self.sick[environment.id] = (world.now(), end)
        if seconds:
            world.at(end, lambda: impair(hosting, False))
        return DONE

    def _lose(self, world: World, role: str) -> str:
        environment = _of(world, role)
        if environment is None or not environment.instances or environment.group is None:
            return NOTHING
        self.disturbed[environment.id] = world.now() + 300
        for instance in list(environment.instances):
            world.account.autoscaling.handle(
                f"Action=TerminateInstanceInAutoScalingGroup&InstanceId={instance.id}"
                "&ShouldDecrementDesiredCapacity=false".encode(),
                {},
            )
        return DONE

    def _stale(self, world: World, seconds: str) -> str:
        world.calls.stale_until = world.now() + float(seconds)
        return DONE

    def _slow(self, world: World, operation: str) -> str:
        world.account.service.durations.set({operation: SLOW[operation]})
        return DONE

    def _fail(self, world: World, operation: str) -> str:
        world.shop.break_bundle({"launch": "v1", "update": str(self._request.get("version", "v1"))}[operation])
        return DONE

    # --- people

    def _abort(self, world: World, _: str) -> str:
        return DONE if _stopped(world) else NOTHING

    def _time_out(self, world: World, _: str) -> str:
        return DONE if _stopped(world, "TIMED_OUT") else NOTHING

    def _abort_redrive(self, world: World, _: str) -> str:
        run = _stopped(world)
        if run:
            world.at(world.now() + REDRIVE_SECONDS, lambda: run.redrive() if run.status == "ABORTED" else None)
        return DONE if run else NOTHING

    def _abort_start(self, world: World, version: str) -> str:
        if _stopped(world) is None:
            return NOTHING

        def start() -> None:
            self._second(world, version or "same")

        world.at(world.now() + REDRIVE_SECONDS, start)
        return DONE

    def _abort_both(self, world: World, _: str) -> str:
        run = _running(world)
        done = self._abort_start(world, "other")
        if run:
            world.at(world.now() + OVERTAKEN_SECONDS, run.redrive, lambda: run.status == "ABORTED")
        return done

    def _second(self, world: World, version: str) -> str:
        other = {**self._request, "version": "v3"}
        other.pop("source_bundle", None)
        if other.get("mode") == "rollback":
            del other["mode"]  # v3 was never released: who rolls back to it answers for it
        world.start(f"second-{len(world.executions)}", other if version == "other" else self._request)
        return DONE

    def _swap(self, world: World, _: str) -> str:
        done = world.shop.call("SwapEnvironmentCNAMEs", SourceEnvironmentName=BLUE, DestinationEnvironmentName=GREEN)
        if done:
            self.swapped_by_hand = world.now()
        return DONE if done else REFUSED

    def _terminate(self, world: World, _: str) -> str:
        green = world.shop.environment(GREEN)
        live = green is not None and green is world.shop.holder()
        if green is None or not world.shop.call("TerminateEnvironment", EnvironmentName=GREEN):
            return REFUSED
        self.live_terminated |= live
        self.disturbed[green.id] = FOR_GOOD
        return DONE

    def _deploy(self, world: World, _: str) -> str:
        return self._update(world, VersionLabel="by-hand")

    def _configure(self, world: World, _: str) -> str:
        option = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "BY_HAND", "Value": "1"}
        return self._update(world, **{f"OptionSettings.member.1.{name}": value for name, value in option.items()})

    def _update(self, world: World, **parameters: str) -> str:
        blue = world.shop.environment(BLUE)
        if blue is None or not world.shop.call("UpdateEnvironment", EnvironmentName=BLUE, **parameters):
            return REFUSED
        self.disturbed[blue.id] = world.now() + 300
        if "VersionLabel" in parameters:
            self.deployed_by_hand = True
            self.deployed_live |= blue is world.shop.holder() or self.with_old_answers(world, blue.id)
        return DONE

    def _edit_tags(self, world: World, _: str) -> str:
        green = world.shop.environment(GREEN)
        if green is None or BLUE_TAG not in green.tags:
            return NOTHING
        del green.tags[BLUE_TAG]
        self.untagged = green.id
        return DONE

    def _edit_record(self, world: World, _: str) -> str:
        if RECORD not in world.objects.contents:
            return NOTHING
        world.objects.contents[RECORD] = b"edited by hand"
        return DONE

    def _delete_record(self, world: World, _: str) -> str:
        return DONE if world.objects.contents.pop(RECORD, None) else NOTHING

    def _delete_version(self, world: World, _: str) -> str:
        done = world.shop.call(
            "DeleteApplicationVersion",
            ApplicationName=APPLICATION,
            VersionLabel=str(self._request.get("version", "v1")),
        )
        return DONE if done else REFUSED

    def _alarm(self, world: World, seconds: str) -> str:
        if ALARM not in world.alarms.ringing:
            return NOTHING
        world.alarms.ringing[ALARM] = world.now()
        world.at(world.now() + float(seconds), lambda: world.alarms.ringing.update({ALARM: None}))
        return DONE


def record_in(world: World) -> dict[str, object]:
    """Return the record of blue; empty without one in the tool's form."""
    try:
        found = json.loads(world.objects.contents.get(RECORD, b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _of(world: World, role: str) -> Environment | None:
    return world.shop.environment(BLUE if role == "blue" else GREEN)


def _running(world: World) -> SimulatedExecution | None:
    return next((each for each in world.executions if each.status == "RUNNING"), None)


def _stopped(world: World, status: str = "ABORTED") -> SimulatedExecution | None:
    """Stop the execution that runs, and return it; None when none runs."""
    run = _running(world)
    if run:
        run.stop(status)
    return run
