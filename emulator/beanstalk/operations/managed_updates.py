"""Managed platform updates: on demand, and each week in the maintenance window.

They are immutable updates: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
"""

import uuid
from dataclasses import dataclass

from emulator.beanstalk import managed_schedule, option_settings
from emulator.beanstalk.environment_records import RunningAction
from emulator.beanstalk.managed_schedule import ManagedActionType
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_CHECK_SECONDS = 60.0
_CHECKS_PER_REAL_SECOND = 5
"""At most, at any speed of the account's clock."""


@dataclass(frozen=True)
class PlannedAction:
    """A managed action that is due in a maintenance window. `pending`: the window is open. `window`: its start."""

    id: str
    kind: ManagedActionType
    description: str
    target: Platform
    window: float | None
    pending: bool


class ManagedUpdates:
    """Plans and starts the managed actions of all environments. Call every method with the state's lock held."""

    def __init__(self, state: State, deployments: Deployments) -> None:
        self._state = state
        self._deployments = deployments

    def planned(self, environment: Environment) -> PlannedAction | None:
        """Return the next managed action of an environment, None when there is none or while one runs."""
        settings, now = environment.settings, self._state.clock.time()
        if environment.managed_action or not option_settings.managed_actions(settings):
            return None
        open_ = managed_schedule.open_window(settings, now)
        pending = open_ is not None and open_ != environment.managed_window
        window = open_ if pending else managed_schedule.next_window(settings, now)
        platform, target = environment.platform, managed_schedule.target(environment.platform, settings)
        if target != platform:
            description = f"Platform update from {platform.version} to {target.version}"
            kind = ManagedActionType.PLATFORM_UPDATE
            return PlannedAction(f"platform-update-{target.version}", kind, description, target, window, pending)
        if managed_schedule.refreshes_instances(settings):
            id_, kind = f"instance-refresh-{int(window or 0)}", ManagedActionType.INSTANCE_REFRESH
            return PlannedAction(id_, kind, "Weekly instance replacement", platform, window, pending)
        return None

    def start(self, environment: Environment, action: PlannedAction, request_id: str) -> RunningAction:
        """Start a planned action on a Ready environment, and return it."""
        running = RunningAction(action.id, action.kind, action.description, self._state.clock.time())
        environment.managed_action = running
        self._deployments.configure(environment, environment.settings, action.target, request_id, immutable=True)
        return running

    def watch(self) -> Steps:
        """Start the actions whose maintenance window is open, for ever.

        An environment that is not Ready waits: until its window closes, and then for the next one.
        """
        while True:
            yield max(_CHECK_SECONDS, 1 / _CHECKS_PER_REAL_SECOND / self._state.clock.scale)
            for environment in self._state.alive_environments():
                ready = environment.status is EnvironmentStatus.READY
                action = self.planned(environment) if ready else None
                if action and action.pending:
                    environment.managed_window = action.window
                    self.start(environment, action, str(uuid.uuid4()))
