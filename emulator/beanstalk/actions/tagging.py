"""The actions about tags."""

from typing import TypeAlias

from emulator.beanstalk import tags
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import InvalidParameterValueError, OperationInProgressError, ResourceNotFoundError
from emulator.beanstalk.model import Application, ConfigurationTemplate, Environment, EnvironmentStatus, Tags, Version
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_TaggedResource: TypeAlias = Application | Version | ConfigurationTemplate | Environment


class TagActions:
    """The actions about tags of applications, versions, configuration templates and environments."""

    def __init__(self, state: State, operations: Operations) -> None:
        self._state = state
        self._operations = operations

    def list_for(self, call: Call) -> Result:
        """ListTagsForResource: the resource's tags; for an environment also those that the service sets."""
        resource = self._resource(call["ResourceArn"])
        all_tags = resource.tags | (_service_tags(resource) if isinstance(resource, Environment) else {})
        listed = [{"Key": key, "Value": value} for key, value in sorted(all_tags.items())]
        return {"ResourceArn": resource.arn, "ResourceTags": listed}

    def update_for(self, call: Call) -> Result:
        """UpdateTagsForResource: add, replace and remove tags. An environment is Updating for a while."""
        resource = self._resource(call["ResourceArn"])
        added, removed = tags.read(call.get("TagsToAdd", [])), set(call.get("TagsToRemove", []))
        if both := removed & set(added):
            raise InvalidParameterValueError(f"The tag keys {', '.join(sorted(both))} are both to add and to remove.")
        updated = {key: value for key, value in (resource.tags | added).items() if key not in removed}
        tags.check_number(updated)
        if isinstance(resource, Environment):
            self._start_update(resource, call.request_id)
        resource.tags = updated
        return None

    def _start_update(self, environment: Environment, request_id: str) -> None:
        if environment.status is not EnvironmentStatus.READY:
            raise OperationInProgressError(
                f"Unable to update the tags of {environment.name}: another operation on it is in progress."
            )
        self._operations.record(environment, request_id, "Environment tag update is starting.")
        self._operations.start(environment, EnvironmentStatus.UPDATING, self._updating(environment, request_id))

    def _updating(self, environment: Environment, request_id: str) -> Steps:
        yield self._state.durations.update_tags
        self._operations.record(environment, request_id, "Environment tag update completed successfully.")
        self._operations.end(environment)

    def _resource(self, arn: str) -> _TaggedResource:
        resources: list[_TaggedResource] = [*self._state.alive_environments()]
        for application in self._state.applications.values():
            resources += [application, *application.versions.values(), *application.templates.values()]
        for resource in resources:
            if resource.arn == arn:
                return resource
        raise ResourceNotFoundError(f"Resource not found for arn '{arn}'.")


def _service_tags(environment: Environment) -> Tags:
    return dict(zip(tags.SERVICE_KEYS, (environment.name, environment.id, environment.name), strict=True))
