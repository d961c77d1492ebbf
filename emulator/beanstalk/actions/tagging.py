"""Tags of everything that can bear them."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import InvalidParameterValueError, ResourceNotFoundError, TooManyTagsError
from emulator.beanstalk.model import Application, ConfigurationTemplate, Environment, Tags, Version
from emulator.beanstalk.state import State

MAXIMUM_TAGS = 47
"""AWS allows 50 tags; three of them are the service's own, on environments."""

_RESERVED_KEYS = ("Name", "elasticbeanstalk:environment-id", "elasticbeanstalk:environment-name")
_RESERVED_PREFIXES = ("aws:", "elasticbeanstalk:")

_Resource: TypeAlias = Application | Version | ConfigurationTemplate | Environment


def read(given: Iterable[Mapping[str, str]]) -> Tags:
    """Return the tags of a call's parameters. Raises InvalidParameterValueError and TooManyTagsError."""
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in given}
    for key in tags:
        if key in _RESERVED_KEYS or key.lower().startswith(_RESERVED_PREFIXES):
            raise InvalidParameterValueError(f"The tag key '{key}' is reserved for AWS. Leave it out.")
    _check_number(tags)
    return tags


class TagActions:
    """The calls about tags."""

    def __init__(self, state: State) -> None:
        self._state = state

    def list_for(self, call: Call) -> Result:
        resource = self._resource(call["ResourceArn"])
        tags = resource.tags | (_own_tags(resource) if isinstance(resource, Environment) else {})
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        return {"ResourceArn": resource.arn, "ResourceTags": listed}

    def update_for(self, call: Call) -> Result:
        resource = self._resource(call["ResourceArn"])
        added, removed = read(call.get("TagsToAdd", [])), set(call.get("TagsToRemove", []))
        if both := removed & set(added):
            raise InvalidParameterValueError(f"The tag keys {', '.join(sorted(both))} are both to add and to remove.")
        tags = {key: value for key, value in (resource.tags | added).items() if key not in removed}
        _check_number(tags)
        resource.tags = tags
        if isinstance(resource, Environment):
            message = "Environment tag update completed successfully."
            self._state.record(message, environment=resource, request_id=call.request_id)
        return None

    def _resource(self, arn: str) -> _Resource:
        candidates: list[_Resource] = [*self._state.alive_environments()]
        for application in self._state.applications.values():
            candidates += [application, *application.versions.values(), *application.templates.values()]
        for resource in candidates:
            if resource.arn == arn:
                return resource
        raise ResourceNotFoundError(f"Resource not found for arn '{arn}'.")


def _own_tags(environment: Environment) -> Tags:
    return dict(zip(_RESERVED_KEYS, (environment.name, environment.id, environment.name), strict=True))


def _check_number(tags: Tags) -> None:
    if len(tags) > MAXIMUM_TAGS:
        raise TooManyTagsError(f"There may be at most {MAXIMUM_TAGS} tags, and there would be {len(tags)}.")
