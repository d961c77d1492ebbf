"""The account's Auto Scaling: requests in, responses out."""

import logging
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ServiceModel

from emulator.autoscaling.environment_groups import EnvironmentGroups
from emulator.autoscaling.group_changes import GroupChanges
from emulator.autoscaling.group_reports import GroupReports
from emulator.autoscaling.scheduled_actions import ScheduledActions
from emulator.beanstalk.call import Action, Call
from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.errors import InternalFailureError, InvalidActionError, ServiceError
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.protocol import request, response
from emulator.beanstalk.stale_reads import AGE_HEADER, StaleReads
from emulator.beanstalk.state import State

_log = logging.getLogger(__name__)


class AutoScaling:
    """Answers calls about the Auto Scaling groups of environments. Thread-safe."""

    def __init__(self, state: State, groups: Groups, stale_reads: StaleReads) -> None:
        self._state = state
        self._changes = groups
        self._stale_reads = stale_reads
        self._groups = EnvironmentGroups(state)
        self._actions = self._actions_on(state)

    def answers(self, body: bytes) -> bool:
        """Return whether a call is answered here: it names groups or instances of environments, or none at all."""
        flat = request.read_form(body)
        if flat.get("Action") not in self._actions:
            return False
        names = [text for name, text in flat.items() if name.startswith("AutoScalingGroupName")]
        instances = [text for name, text in flat.items() if name.startswith("InstanceId")]
        with self._state.lock:
            known = {each.group.name for each in self._groups.all()}
            own = {instance.id for each in self._groups.all() for instance in each.environment.instances}
        named_here = any(name in known or name.startswith("awseb-e-") for name in names)
        return named_here or bool(own & set(instances)) or not (names or instances)

    def handle(
        self, body: bytes, headers: Mapping[str, str], caller: Caller = ADMINISTRATOR
    ) -> tuple[int, dict[str, str], bytes]:
        """Return the response to a request of the query protocol: status, headers, body. Never raises."""
        request_id = str(uuid.uuid4())
        lowercase = {name.lower(): value for name, value in headers.items()}
        as_json = request.wants_json(lowercase, body)
        try:
            form = request.read_form(body)
            result = self.answer(form, request_id, caller, lowercase.get(AGE_HEADER))
            called = request.called_operation(form, service_model())
            status, document = 200, response.result_document(called, result, request_id, as_json=as_json)
        except ServiceError as error:
            status, document = error.status, _error(error, request_id, as_json=as_json)
        except Exception:  # noqa: BLE001 - a defect in one call must not stop other calls
            _log.exception("A call of Auto Scaling stopped because of a defect")
            failure = InternalFailureError("The emulated Auto Scaling has a defect. See the server's log.")
            status, document = failure.status, _error(failure, request_id, as_json=as_json)
        return status, response.headers(request_id, self._state.clock.time(), as_json=as_json), document

    def answer(
        self, form: request.Form, request_id: str, caller: Caller = ADMINISTRATOR, age: str | None = None
    ) -> dict[str, Any] | None:
        """Return the result of a request by the names of its members, dates in epoch seconds. Raises ServiceError.

        `form`: the request's parameters by their flat names. `age`: of the state to read; see stale_reads.
        """
        caller.authenticate()
        called = request.called_operation(form, service_model())
        if called.name not in self._actions:
            raise InvalidActionError(
                f"{called.name} is not supported for groups of environments. Supported are:"
                f" {', '.join(sorted(self._actions))}."
            )
        call = Call(request_id, request.read_parameters(called, form), caller)
        with self._state.lock:
            self._groups.require_permission(called.name, call)
            state = self._stale_reads.state_to_read(called.name, age)
            actions = self._actions if state is self._state else self._actions_on(state)
            return actions[called.name](call)

    def _actions_on(self, state: State) -> dict[str, Action]:
        """Return the actions by name, on the present state or on a past one."""
        groups = EnvironmentGroups(state)
        reports, changes = GroupReports(groups), GroupChanges(state, groups, self._changes)
        scheduled = ScheduledActions(state, groups, self._changes)
        return {
            "DescribeAutoScalingGroups": reports.describe_groups,
            "DescribeAutoScalingInstances": reports.describe_instances,
            "DescribePolicies": reports.describe_policies,
            "DescribeScalingActivities": reports.describe_activities,
            "DescribeTags": reports.describe_tags,
            "DescribeScheduledActions": scheduled.describe,
            "PutScheduledUpdateGroupAction": scheduled.put,
            "ResumeProcesses": changes.resume_processes,
            "SetDesiredCapacity": changes.set_desired_capacity,
            "SuspendProcesses": changes.suspend_processes,
            "TerminateInstanceInAutoScalingGroup": changes.terminate_instance,
            "UpdateAutoScalingGroup": changes.update_group,
        }


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of Auto Scaling."""
    return ServiceModel(botocore.loaders.Loader().load_service_model("autoscaling", "service-2"))


def _error(error: ServiceError, request_id: str, *, as_json: bool) -> bytes:
    return response.error_document(error, request_id, as_json=as_json, model=service_model())
