"""The resources of the account as IAM sees them: ARNs and condition keys."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from emulator.beanstalk.authorization.permission import ConditionKeys
from emulator.beanstalk.call import Call
from emulator.beanstalk.model import Application
from emulator.beanstalk.state import State

SERVICE = "elasticbeanstalk"


class Resource(NamedTuple):
    """A resource. It need not exist."""

    arn: str
    keys: ConditionKeys


class Resources:
    """Finds resources by their names. Hold the state's lock."""

    def __init__(self, state: State) -> None:
        self._state = state

    def application(self, name: str) -> Resource:
        found = self._state.applications.get(name)
        return Resource(self._state.arn("application", name), _tags(found.tags if found else {}))

    def version(self, application: str, label: str) -> Resource:
        found = self._owner(application).versions.get(label)
        return self._within("applicationversion", application, label, found.tags if found else {})

    def template(self, application: str, name: str) -> Resource:
        found = self._owner(application).templates.get(name)
        return self._within("configurationtemplate", application, name, found.tags if found else {})

    def environment(self, application: str, name: str) -> Resource:
        alive = {each.name: each.tags for each in self._state.alive_environments()}
        return self._within("environment", application, name, alive.get(name, {}))

    def called_environment(self, call: Call, prefix: str = "") -> Resource:
        """Return the environment that a call names by id or by name. Raises InvalidParameterValueError."""
        found = self._state.environment(call.parameters, prefix)
        return self.environment(found.application, found.name)

    def platform(self, name: str, version: str) -> Resource:
        """Return a custom platform version of the account."""
        return Resource(self._state.arn("platform", name, version), {})

    def solution_stack(self, name: str) -> Resource:
        return Resource(f"arn:aws:elasticbeanstalk:{self._state.region}::solutionstack/{name}", {})

    def by_arn(self, arn: str) -> Resource:
        """Return the resource of an ARN; without condition keys when the ARN names none of this service."""
        kind, _, path = arn.rpartition(":")[2].partition("/")
        names = path.split("/", 1)
        finders: dict[str, Callable[..., Resource]] = {
            "application": self.application,
            "applicationversion": self.version,
            "configurationtemplate": self.template,
            "environment": self.environment,
        }
        complete = len(names) == (1 if kind == "application" else 2)
        return finders[kind](*names) if kind in finders and complete else Resource(arn, {})

    def _owner(self, application: str) -> Application:
        return self._state.applications.get(application) or Application(application, "", 0, 0)

    def _within(self, kind: str, application: str, name: str, tags: Mapping[str, str]) -> Resource:
        owner = {f"{SERVICE}:InApplication": self._state.arn("application", application)}
        return Resource(self._state.arn(kind, application, name), owner | _tags(tags))


def _tags(tags: Mapping[str, str]) -> ConditionKeys:
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
