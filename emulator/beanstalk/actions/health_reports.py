"""The actions about enhanced health: of an environment, and of its instances."""

from typing import Any

from emulator.beanstalk import option_settings
from emulator.beanstalk.actions.health_metrics import application_metrics, system_status
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations import health, health_causes
from emulator.beanstalk.state import State

_INSTANCE_STATES = ("NoData", "Unknown", "Pending", "Ok", "Info", "Warning", "Degraded", "Severe")


class HealthActions:
    """The actions about enhanced health."""

    def __init__(self, state: State) -> None:
        self._state = state

    def describe_environment(self, call: Call) -> Result:
        """DescribeEnvironmentHealth."""
        environment = self._state.environment_with_enhanced_health(call.parameters, "DescribeEnvironmentHealth")
        attributes = {
            "Status": environment.status,
            "Color": health.reported_color(environment),
            "HealthStatus": health.reported_status(environment),
            "Causes": environment.health.causes,
            "ApplicationMetrics": application_metrics(
                [request for instance in environment.instances for request in instance.hosting.recent_requests()]
            ),
            "InstancesHealth": _instances_health(environment),
            "RefreshedAt": self._state.clock.time(),
        }
        return {"EnvironmentName": environment.name} | _requested(attributes, call)

    def describe_instances(self, call: Call) -> Result:
        """DescribeInstancesHealth."""
        environment = self._state.environment_with_enhanced_health(call.parameters, "DescribeInstancesHealth")
        instances = [
            {"InstanceId": instance.id} | _requested(self._attributes(environment, instance), call)
            for instance in environment.instances
        ]
        return page(call, "InstanceHealthList", instances) | {"RefreshedAt": self._state.clock.time()}

    def _attributes(self, environment: Environment, instance: Instance) -> dict[str, Any]:
        status = health.instance_status(environment, instance)
        deployment = {
            "VersionLabel": instance.hosting.running_label,
            "DeploymentId": instance.deployment,
            "Status": _deployment_status(environment, instance),
            "DeploymentTime": environment.updated,
        }
        return {
            "HealthStatus": status,
            "Color": health.COLORS[status] if status else None,
            "Causes": health_causes.of_instance(environment, instance, self._state.clock.time()),
            "ApplicationMetrics": application_metrics(instance.hosting.recent_requests()),
            "System": system_status(instance.hosting.load()),
            "LaunchedAt": instance.launched,
            "Deployment": deployment,
            "AvailabilityZone": f"{self._state.region}{instance.zone}",
            "InstanceType": option_settings.instance_type(environment.settings),
        }


def _deployment_status(environment: Environment, instance: Instance) -> str:
    if environment.status is EnvironmentStatus.UPDATING:
        return "In Progress"
    return "Deployed" if instance.deployment == environment.deployed_number else "Failed"


def _requested(attributes: dict[str, Any], call: Call) -> dict[str, Any]:
    names = call.get("AttributeNames", ["All"])
    return attributes if "All" in names else {name: attributes.get(name) for name in attributes if name in names}


def _instances_health(environment: Environment) -> dict[str, int]:
    statuses: list[str | None] = [health.instance_status(environment, instance) for instance in environment.instances]
    return {state: statuses.count(state) for state in _INSTANCE_STATES}
