"""The actions about existing environments."""

from emulator.beanstalk import configuration_source, dns, option_settings, platforms
from emulator.beanstalk.actions.environment_description import description, resources
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import (
    InvalidParameterCombinationError,
    InvalidParameterValueError,
    UnsupportedRequestError,
)
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.operations.swaps import Swaps
from emulator.beanstalk.state import State, require_ready


class EnvironmentActions:
    """The actions about existing environments."""

    def __init__(self, state: State, lifecycle: Lifecycle, deployments: Deployments, swaps: Swaps) -> None:
        self._state = state
        self._lifecycle = lifecycle
        self._deployments = deployments
        self._swaps = swaps

    def describe(self, call: Call) -> Result:
        """DescribeEnvironments: list environments, also those terminated a short time ago."""
        environments = self._state.environments.values()
        found = [one for one in environments if self._matches(one, call) and self._is_listed(one, call)]
        # Sorted by the random id: AWS promises no order.
        found.sort(key=lambda environment: environment.id)
        return page(call, "Environments", [description(self._state, one) for one in found])

    def update(self, call: Call) -> Result:
        """UpdateEnvironment: start to change the configuration, to deploy a version, or both in this order."""
        environment = self._state.ready_environment(call.parameters)
        label = call.get("VersionLabel")
        if call.get("Tier") and _is_worker(call["Tier"]) != environment.worker:
            raise InvalidParameterValueError("The tier of an environment cannot be changed.")
        if label:
            self._state.usable_version(environment.application, label)
        settings, platform = self._configuration(environment, call)
        environment.description = call.get("Description", environment.description)
        if label and not call.changes_configuration:
            self._deployments.deploy(environment, label, call.request_id, call.denied_later)
        else:
            self._deployments.configure(
                environment, settings, platform, call.request_id, call.denied_later, label=label
            )
        answer = {"Health": "Grey", "HealthStatus": None, "VersionLabel": environment.label}
        return description(self._state, environment) | answer

    def describe_resources(self, call: Call) -> Result:
        """DescribeEnvironmentResources."""
        environment = self._state.environment(call.parameters)
        return {"EnvironmentResources": resources(self._state, environment)}

    def swap(self, call: Call) -> Result:
        """SwapEnvironmentCNAMEs: start to exchange the CNAMEs of two Ready environments."""
        for kind in ("Id", "Name"):
            if bool(call.get(f"SourceEnvironment{kind}")) != bool(call.get(f"DestinationEnvironment{kind}")):
                raise InvalidParameterCombinationError(
                    f"Must specify both SourceEnvironment{kind} and DestinationEnvironment{kind}, or neither."
                )
        source = self._state.environment(call.parameters, "Source")
        destination = self._state.environment(call.parameters, "Destination")
        if source is destination:
            raise InvalidParameterValueError("The source and the destination must be two environments.")
        for environment in (source, destination):
            if environment.worker:
                raise InvalidParameterValueError(f"Environment {environment.name} is a worker and has no CNAME.")
            require_ready(environment)
        self._swaps.swap(source, destination, call.request_id)
        return None

    def terminate(self, call: Call) -> Result:
        """TerminateEnvironment. Refused during an operation."""
        environment = self._state.environment(call.parameters)
        pending = {
            EnvironmentStatus.LAUNCHING: "creation",
            EnvironmentStatus.UPDATING: "deployment",
            EnvironmentStatus.ABORTING: "deployment",
            EnvironmentStatus.TERMINATING: "termination",
        }
        if environment.status in pending:
            raise InvalidParameterValueError(
                f"Cannot terminate environment named {environment.name}."
                f" It is currently pending {pending[environment.status]}."
            )
        self._lifecycle.terminate(environment, call.request_id)
        return description(self._state, environment)

    def abort(self, call: Call) -> Result:
        """AbortEnvironmentUpdate: abort a deployment or a configuration update."""
        environment = self._state.environment(call.parameters)
        if not environment.abortable:
            raise InvalidParameterValueError(
                f"Environment named {environment.name} is in an invalid state for this operation."
                " Must be pending deployment."
            )
        self._deployments.abort(environment, call.request_id)
        return None

    def rebuild(self, call: Call) -> Result:
        """RebuildEnvironment."""
        self._lifecycle.rebuild(self._state.ready_environment(call.parameters), call.request_id, call.denied_later)
        return None

    def restart(self, call: Call) -> Result:
        """RestartAppServer."""
        self._lifecycle.restart(self._state.ready_environment(call.parameters), call.request_id)
        return None

    def compose(self, call: Call) -> Result:
        """ComposeEnvironments: refused. A group needs links between environments, which nothing here makes."""
        application = self._state.application(call.get("ApplicationName", "")).name
        for label in call.get("VersionLabels", []):
            self._state.usable_version(application, label)
        raise UnsupportedRequestError("ComposeEnvironments is not supported.")

    def check_dns_availability(self, call: Call) -> Result:
        """CheckDNSAvailability: return the CNAME of a prefix, and whether it is free."""
        cname = dns.cname(self._state, call["CNAMEPrefix"])
        return {"Available": not dns.is_taken(self._state, cname), "FullyQualifiedCNAME": cname}

    def _matches(self, environment: Environment, call: Call) -> bool:
        ids, names = call.get("EnvironmentIds"), call.get("EnvironmentNames")
        return (
            (not ids or environment.id in ids)
            and (not names or environment.name in names)
            and call.get("ApplicationName") in (None, environment.application)
            and call.get("VersionLabel") in (None, self._state.shown_label(environment))
        )

    def _is_listed(self, environment: Environment, call: Call) -> bool:
        if environment.terminated is None:
            return True
        if call.get("IncludeDeleted") is False:
            return False
        default = self._state.clock.time() - self._state.durations.terminated_listed
        earliest: float = call.get("IncludedDeletedBackTo", default)
        return environment.terminated >= earliest

    def _configuration(
        self, environment: Environment, call: Call
    ) -> tuple[option_settings.Settings, platforms.Platform]:
        stack, arn = call.get("SolutionStackName"), call.get("PlatformArn")
        platform = platforms.named(self._state.region, solution_stack=stack, arn=arn) or environment.platform
        settings = environment.settings
        if call.get("TemplateName"):
            template = self._state.template(environment.application, call["TemplateName"])
            settings = settings | template.settings
        base = settings | configuration_source.contents(configuration_source.template_source(call))
        new, removed = call.get("OptionSettings", []), call.get("OptionsToRemove", [])
        settings = option_settings.changed(base, new, removed, platform=platform)
        freed = set(option_settings.given(removed))
        environment.given_options = (environment.given_options | set(option_settings.given(new))) - freed
        of_bundle = {option: value for option, value in environment.bundle_settings.items() if option in freed}
        return settings | of_bundle, platform


def _is_worker(tier: dict[str, str]) -> bool:
    return tier.get("Name") == "Worker"
