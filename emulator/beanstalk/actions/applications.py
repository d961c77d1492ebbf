"""The actions about applications."""

from typing import Any

from emulator.beanstalk import tags
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import OperationInProgressError
from emulator.beanstalk.model import Application, Environment, EnvironmentStatus
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State
from emulator.beanstalk.version_lifecycle import VersionLifecycle


class ApplicationActions:
    """The actions about applications."""

    def __init__(self, state: State, lifecycle: Lifecycle, scheduler: Scheduler) -> None:
        self._state = state
        self._lifecycle = lifecycle
        self._scheduler = scheduler

    def create(self, call: Call) -> Result:
        """CreateApplication."""
        given_tags = tags.read(call.get("Tags", []))
        lifecycle = VersionLifecycle().changed(call.get("ResourceLifecycleConfig"))
        application = self._state.create_application(call["ApplicationName"], call.get("Description"), call.request_id)
        application.tags, application.lifecycle = given_tags, lifecycle
        return {"Application": _description(application)}

    def describe(self, call: Call) -> Result:
        """DescribeApplications."""
        names = call.get("ApplicationNames")
        applications = self._state.applications.values()
        return {"Applications": [_description(one) for one in applications if names is None or one.name in names]}

    def update(self, call: Call) -> Result:
        """UpdateApplication: change the description."""
        application = self._state.application(call["ApplicationName"])
        application.description = call.get("Description", application.description)
        application.updated = self._state.clock.time()
        return {"Application": _description(application)}

    def update_lifecycle(self, call: Call) -> Result:
        """UpdateApplicationResourceLifecycle. The rules apply when the next version is created."""
        application = self._state.application(call["ApplicationName"])
        application.lifecycle = application.lifecycle.changed(call["ResourceLifecycleConfig"])
        application.updated = self._state.clock.time()
        return {
            "ApplicationName": application.name,
            "ResourceLifecycleConfig": application.lifecycle.described(),
        }

    def delete(self, call: Call) -> Result:
        """DeleteApplication. With TerminateEnvByForce, terminate its environments first."""
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
            self._scheduler.start(self._deleting_with_environments(application, call.request_id))
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


def _description(application: Application) -> dict[str, Any]:
    return {
        "ApplicationArn": application.arn,
        "ApplicationName": application.name,
        "Description": application.description,
        "DateCreated": application.created,
        "DateUpdated": application.updated,
        "Versions": list(reversed(application.versions)),
        "ConfigurationTemplates": list(application.templates),
        "ResourceLifecycleConfig": application.lifecycle.described(),
    }
