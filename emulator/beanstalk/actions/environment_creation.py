"""The action CreateEnvironment."""

import re

from emulator.beanstalk import configuration_source, dns, option_settings, tags
from emulator.beanstalk.actions.environment_description import description
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.configuration_source import ConfigurationSource
from emulator.beanstalk.errors import (
    InvalidParameterCombinationError,
    InvalidParameterValueError,
    TooManyEnvironmentsError,
)
from emulator.beanstalk.hosting.hosting import HostingFactory
from emulator.beanstalk.model import SAMPLE_APPLICATION, Environment
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.state import State, new_id


class EnvironmentCreation:
    """Creates environments."""

    def __init__(self, state: State, lifecycle: Lifecycle, create_hosting: HostingFactory) -> None:
        self._state = state
        self._lifecycle = lifecycle
        self._create_hosting = create_hosting

    def create(self, call: Call) -> Result:
        """CreateEnvironment: start the launch of a new environment."""
        environment = self._environment(call)
        self._state.environments[environment.id] = environment
        self._lifecycle.launch(environment, call.request_id, call.denied_later)
        answer = description(self._state, environment)
        # A generated CNAME is not known yet: logs of `eb create` show none.
        return answer if call.get("CNAMEPrefix") else answer | {"CNAME": None}

    def _environment(self, call: Call) -> Environment:
        application = self._state.application(call["ApplicationName"]).name
        name = self._new_name(call)
        label = call.get("VersionLabel", SAMPLE_APPLICATION)
        if call.get("VersionLabel"):
            self._state.usable_version(application, label)
        source = self._configuration(call)
        worker = call.get("Tier", {}).get("Name") == "Worker"
        cname = self._new_cname(call, name, worker=worker)
        id_ = f"e-{new_id(10)}"
        now = self._state.clock.time()
        return Environment(
            id=id_,
            name=name,
            application=application,
            arn=self._state.arn("environment", application, name),
            cname=cname,
            platform=source.platform,
            settings=source.settings,
            label=label,
            deployed_label=label,
            created=now,
            updated=now,
            hosting=self._create_hosting(name, id_),
            worker=worker,
            description=call.get("Description"),
            template=call.get("TemplateName"),
            tags=source.tags,
            given_options=set(option_settings.given(call.get("OptionSettings", []))),
            operations_role=call.get("OperationsRole"),
        )

    def _new_name(self, call: Call) -> str:
        name: str | None = call.get("EnvironmentName")
        if name is None:
            raise InvalidParameterValueError("EnvironmentName is missing. Expected 4 to 40 letters, digits and dashes.")
        _require_letters(name, "EnvironmentName")
        alive = self._state.alive_environments()
        if any(environment.name == name for environment in alive):
            raise InvalidParameterValueError(f"Environment {name} already exists.")
        maximum = self._state.quotas.environments
        if len(alive) >= maximum:
            raise TooManyEnvironmentsError(f"You cannot have more than {maximum} Environments.")
        return name

    def _new_cname(self, call: Call, name: str, *, worker: bool) -> str | None:
        prefix = call.get("CNAMEPrefix")
        if worker and prefix:
            raise InvalidParameterCombinationError("A worker environment has no CNAME. Leave out CNAMEPrefix.")
        if worker:
            return None
        if not prefix:
            return dns.generated_cname(self._state, name)
        _require_letters(prefix, "CNAMEPrefix")
        cname = dns.cname(self._state, prefix)
        if dns.is_taken(self._state, cname):
            raise InvalidParameterValueError(f"DNS name ({cname}) is not available.")
        return cname

    def _configuration(self, call: Call) -> ConfigurationSource:
        """Return option settings, platform and tags: those of the source, then those of the call."""
        source = configuration_source.of_new_environment(call, self._state)
        new, removed = call.get("OptionSettings", []), call.get("OptionsToRemove", [])
        settings = option_settings.changed(source.settings, new, removed, platform=source.platform)
        # The call's tags replace the source's.
        environment_tags = tags.read(call["Tags"]) if call.get("Tags") else source.tags
        return ConfigurationSource(source.platform, settings, environment_tags)


def _require_letters(name: str, parameter: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", name):
        raise InvalidParameterValueError(
            f"Value {name} at '{parameter}' failed to satisfy constraint: Member must contain only letters, digits,"
            " and the dash character and may not start or end with a dash"
        )
