"""The actions about managed platform updates."""

from typing import Any

from emulator.beanstalk import option_settings, platforms
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.environment_records import FinishedAction
from emulator.beanstalk.errors import ManagedActionInvalidStateError
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State


class ManagedActions:
    """The actions about managed platform updates. An environment has one while its platform is not the newest."""

    def __init__(self, state: State, deployments: Deployments, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._state = state
        self._deployments = deployments

    def describe(self, call: Call) -> Result:
        """DescribeEnvironmentManagedActions."""
        action = "DescribeEnvironmentManagedActions"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        update = self._platform_update(environment)
        listed = update and call.get("Status") in (None, update["Status"])
        return {"ManagedActions": [update] if listed else []}

    def apply(self, call: Call) -> Result:
        """ApplyEnvironmentManagedAction: start the platform update now."""
        action = "ApplyEnvironmentManagedAction"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        update = self._platform_update(environment)
        ready = environment.status is EnvironmentStatus.READY
        if not update or update["ActionId"] != call["ActionId"] or not ready:
            raise ManagedActionInvalidStateError(
                f"Environment {environment.name} has no managed action {call['ActionId']} that could be applied now."
            )
        newest = platforms.latest(environment.platform.branch, self._state.region)
        self._deployments.configure(environment, environment.settings, newest, call.request_id)
        environment.managed_action = update["ActionId"]
        self._scheduler.start(self._following(environment, update, newest))
        return update | {"Status": "Running", "WindowStartTime": None}

    def describe_history(self, call: Call) -> Result:
        """DescribeEnvironmentManagedActionHistory: the newest first."""
        action = "DescribeEnvironmentManagedActionHistory"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        found = [_history_item(finished) for finished in reversed(environment.managed_history)]
        return page(call, "ManagedActionHistoryItems", found, largest=100, size_name="MaxItems")

    def _following(self, environment: Environment, update: dict[str, Any], newest: Platform) -> Steps:
        """Record how an update ended."""
        began = self._state.clock.time()
        while environment.managed_action == update["ActionId"] and environment.alive:
            yield 1.0
        failure = None if environment.platform == newest else "The platform update failed and was rolled back."
        finished = FinishedAction(
            update["ActionId"], update["ActionDescription"], began, self._state.clock.time(), failure
        )
        environment.managed_history.append(finished)

    def _platform_update(self, environment: Environment) -> dict[str, Any] | None:
        newest = platforms.latest(environment.platform.branch, self._state.region)
        if newest == environment.platform or not option_settings.managed_actions(environment.settings):
            return None
        return {
            "ActionId": f"platform-update-{newest.version}",
            "ActionDescription": f"Platform update from {environment.platform.version} to {newest.version}",
            "ActionType": "PlatformUpdate",
            "Status": "Running" if environment.managed_action else "Scheduled",
        }


def _history_item(finished: FinishedAction) -> dict[str, Any]:
    return {
        "ActionId": finished.id,
        "ActionType": "PlatformUpdate",
        "ActionDescription": finished.description,
        "FailureType": "RollbackSuccessful" if finished.failure else None,
        "Status": "Failed" if finished.failure else "Completed",
        "FailureDescription": finished.failure,
        "ExecutedTime": finished.began,
        "FinishedTime": finished.ended,
    }
