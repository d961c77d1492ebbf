"""Incidents of environments: their applications, their health, their instances, and what Elastic Beanstalk does."""

from collections.abc import Callable
from typing import Final

from emulator.beanstalk.managed_schedule import ManagedActionType
from emulator.beanstalk.model import Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.managed_updates import PlannedAction
from emulator.in_memory.hosting import InMemoryHosting
from tools.simulation.disturbance import FOR_GOOD
from tools.simulation.incident_marks import DONE, NOTHING, IncidentMarks
from tools.simulation.shop import BLUE, GREEN, hosting_of
from tools.simulation.world import World

SLOW: Final = {"launch": 1800, "update": 1800, "swap": 180, "terminate": 900, "configure": 600}
"""How long an operation takes that takes long, in account seconds."""
GOOD_HEALTH: Final = ("Ok", "Info")
REFRESH: Final = "Weekly instance replacement"
SHOWN_ACTIVITY: Final = "Command execution"
"""What causes of health tell of while an incident decides it."""


class EnvironmentIncidents(IncidentMarks):
    """The incidents of environments, each by the name of its kind."""

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
        self.mark_sick(environment.id, world.now(), end)
        if seconds:
            world.at(end, lambda: impair(hosting, False))
        return DONE

    def _health(self, world: World, rest: str) -> str:
        """Let an environment show a health, while its applications answer, until its next operation at the latest."""
        status, role, seconds = (*rest.split("/"), "")[:3]
        environment, state = _of(world, role), world.account.service.state
        if environment is None or not _is_ready(environment) or not environment.health.checks_active:
            return NOTHING
        with state.lock:
            health.suspend_checks(state, environment, HealthStatus(status), SHOWN_ACTIVITY)
        end = world.now() + float(seconds) if seconds else FOR_GOOD
        self.shown.add(environment.id)
        if status not in GOOD_HEALTH:
            self.mark_sick(environment.id, world.now(), end)
        if seconds:
            world.at(end, lambda: self.show_true_health(world, environment))
        return DONE

    def show_true_health(self, world: World, environment: Environment) -> None:
        """Let checks decide the health of an environment again, if an incident did."""
        if environment.id in self.shown:
            self.shown.discard(environment.id)
            state = world.account.service.state
            if _is_ready(environment):
                if environment.health.status is HealthStatus.SUSPENDED:
                    health.set_unknown(state, environment)  # no check ends it
                health.resume_checks(state, environment)

    def _managed(self, world: World, role: str) -> str:
        environment, service = _of(world, role), world.account.service
        if environment is None or not _is_ready(environment):
            return NOTHING
        refresh = ManagedActionType.INSTANCE_REFRESH
        action = PlannedAction("instance-refresh", refresh, REFRESH, environment.platform, world.now(), pending=True)
        with service.state.lock:
            service.managed_updates.start(environment, action, "managed")
        return DONE

    def _lose(self, world: World, role: str) -> str:
        environment = _of(world, role)
        if environment is None or not environment.instances or environment.group is None:
            return NOTHING
        self.disturb(environment.id, world.now())
        self.replace_instances(world, environment)
        return DONE

    @staticmethod
    def replace_instances(world: World, environment: Environment) -> None:
        """Terminate all instances of an environment; its Auto Scaling group launches others."""
        for instance in list(environment.instances):
            world.account.autoscaling.handle(
                f"Action=TerminateInstanceInAutoScalingGroup&InstanceId={instance.id}"
                "&ShouldDecrementDesiredCapacity=false".encode(),
                {},
            )

    def _stale(self, world: World, seconds: str) -> str:
        world.calls.stale_until = world.now() + float(seconds)
        return DONE

    def _slow(self, world: World, operation: str) -> str:
        world.account.service.durations.set({operation: SLOW[operation]})
        self.disturb_on(world.now())
        return DONE

    def _fail(self, world: World, operation: str) -> str:
        if operation == "hook":
            world.hooks.status = "FAILED"
            return DONE
        self.disturb_on(world.now())
        world.shop.break_bundle({"launch": "v1", "update": str(self._request.get("version", "v1"))}[operation])
        return DONE


def _of(world: World, role: str) -> Environment | None:
    return world.shop.environment(BLUE if role == "blue" else GREEN)


def _is_ready(environment: Environment) -> bool:
    return environment.status is EnvironmentStatus.READY
