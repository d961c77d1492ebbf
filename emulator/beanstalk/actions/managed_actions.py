"""The actions about managed platform updates."""

from typing import Any

from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.environment_records import FinishedAction, RunningAction
from emulator.beanstalk.errors import ManagedActionInvalidStateError
from emulator.beanstalk.model import EnvironmentStatus
from emulator.beanstalk.operations.managed_updates import ManagedUpdates, PlannedAction
from emulator.beanstalk.state import State


class ManagedActions:
    """The actions about managed platform updates."""

    def __init__(self, state: State, updates: ManagedUpdates) -> None:
        self._state = state
        self._updates = updates

    def describe(self, call: Call) -> Result:
        """DescribeEnvironmentManagedActions: what is scheduled, pending or running."""
        action = "DescribeEnvironmentManagedActions"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        running, planned = environment.managed_action, self._updates.planned(environment)
        found = [_running(running)] if running else [_planned(planned)] if planned else []
        return {"ManagedActions": [one for one in found if call.get("Status") in (None, one["Status"])]}

    def apply(self, call: Call) -> Result:
        """ApplyEnvironmentManagedAction: start the platform update now."""
        action = "ApplyEnvironmentManagedAction"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        planned = self._updates.planned(environment)
        if not planned or planned.id != call["ActionId"] or environment.status is not EnvironmentStatus.READY:
            raise ManagedActionInvalidStateError(
                f"Environment {environment.name} has no managed action {call['ActionId']} that could be applied now."
            )
        return _running(self._updates.start(environment, planned, call.request_id))

    def describe_history(self, call: Call) -> Result:
        """DescribeEnvironmentManagedActionHistory: the newest first."""
        action = "DescribeEnvironmentManagedActionHistory"
        environment = self._state.environment_with_enhanced_health(call.parameters, action)
        found = [_history_item(finished) for finished in reversed(environment.managed_history)]
        return page(call, "ManagedActionHistoryItems", found, largest=100, size_name="MaxItems")


def _planned(action: PlannedAction) -> dict[str, Any]:
    return {
        "ActionId": action.id,
        "ActionDescription": action.description,
        "ActionType": action.kind,
        "Status": "Pending" if action.pending else "Scheduled",
        "WindowStartTime": action.window,
    }


def _running(action: RunningAction) -> dict[str, Any]:
    return {
        "ActionId": action.id,
        "ActionDescription": action.description,
        "ActionType": action.kind,
        "Status": "Running",
    }


def _history_item(finished: FinishedAction) -> dict[str, Any]:
    action = finished.action
    return {
        "ActionId": action.id,
        "ActionType": action.kind,
        "ActionDescription": action.description,
        "FailureType": action.failure and action.failure.kind,
        "Status": "Failed" if action.failure else "Completed",
        "FailureDescription": action.failure and action.failure.description,
        "ExecutedTime": action.began,
        "FinishedTime": finished.ended,
    }
