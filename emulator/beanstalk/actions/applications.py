"""The calls about applications."""

from typing import Any

from emulator.beanstalk.actions import tagging
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import InvalidParameterValueError, OperationInProgressError, TooManyApplicationsError
from emulator.beanstalk.model import Application, Environment, EnvironmentStatus
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State


class ApplicationActions:
    """The calls about applications."""

    def __init__(self, state: State, lifecycle: Lifecycle, scheduler: Scheduler) -> None:
        self._state = state
        self._lifecycle = lifecycle
        self._scheduler = scheduler

    def create(self, call: Call) -> Result:
        application = create(self._state, call["ApplicationName"], call)
        application.tags = tagging.read(call.get("Tags", []))
        return {"Application": _description(application)}

    def describe(self, call: Call) -> Result:
        names = call.get("ApplicationNames")
        applications = self._state.applications.values()
        return {"Applications": [_description(one) for one in applications if names is None or one.name in names]}

    def update(self, call: Call) -> Result:
        application = self._state.application(call["ApplicationName"])
        application.description = call.get("Description", application.description)
        application.updated = self._state.clock.time()
        return {"Application": _description(application)}

    def delete(self, call: Call) -> Result:
        application = self._state.application(call["ApplicationName"])
        running = self._running(application)
        if running and not call.get("TerminateEnvByForce"):
            raise OperationInProgressError(
                f"Unable to delete application {application.name} because it has a version"
                " that is deployed to a running environment."
            )
        for environment in running:
            if environment.status is not EnvironmentStatus.TERMINATING:
                self._lifecycle.terminate(environment, call.request_id)
        if running:
            self._scheduler.begin(self._deleting_with_environments(application, call.request_id))
        else:
            self._delete(application, call.request_id)
        return None

    def _deleting_with_environments(self, application: Application, request_id: str) -> Steps:
        while self._running(application):
            yield 1.0
        self._delete(application, request_id)

    def _delete(self, application: Application, request_id: str) -> None:
        self._state.applications.pop(application.name, None)
        message = "The application has been deleted successfully."
        self._state.record(message, application=application.name, request_id=request_id)

    def _running(self, application: Application) -> list[Environment]:
        alive = self._state.alive_environments()
        return [environment for environment in alive if environment.application == application.name]


def create(state: State, name: str, call: Call) -> Application:
    """Make an application. Raises InvalidParameterValueError and TooManyApplicationsError."""
    if name in state.applications:
        raise InvalidParameterValueError(f"Application {name} already exists.")
    if len(state.applications) >= state.quotas.applications:
        raise TooManyApplicationsError(f"You cannot have more than {state.quotas.applications} Applications.")
    now = state.clock.time()
    application = Application(name, state.arn("application", name), now, now, call.get("Description"))
    state.applications[name] = application
    state.record(f"Created new Application: {name}", application=name, request_id=call.request_id)
    return application


def _description(application: Application) -> dict[str, Any]:
    return {
        "ApplicationArn": application.arn,
        "ApplicationName": application.name,
        "Description": application.description,
        "DateCreated": application.created,
        "DateUpdated": application.updated,
        "Versions": list(reversed(application.versions)),
        "ConfigurationTemplates": list(application.templates),
    }
