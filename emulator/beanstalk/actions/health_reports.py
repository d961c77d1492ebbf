"""The actions about enhanced health: of an environment, and of its instances."""

from typing import Any

from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations import health
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
            "InstancesHealth": _instances_health(environment),
            "RefreshedAt": self._state.clock.time(),
        }
        return {"EnvironmentName": environment.name} | _requested(attributes, call)

    def describe_instances(self, call: Call) -> Result:
        """DescribeInstancesHealth."""
        environment = self._state.environment_with_enhanced_health(call.parameters, "DescribeInstancesHealth")
        deployment = {
            "VersionLabel": environment.hosting.running_label,
            "DeploymentId": environment.deployments,
            "Status": _deployment_status(environment),
            "DeploymentTime": environment.updated,
        }
        attributes = {
            "HealthStatus": health.reported_status(environment),
            "Color": health.reported_color(environment),
            "Causes": environment.health.causes,
            "LaunchedAt": environment.launched,
            "Deployment": deployment,
            "AvailabilityZone": f"{self._state.region}a",
            "InstanceType": "t3.micro",
        }
        instance = {"InstanceId": environment.instance} | _requested(attributes, call)
        instances = [instance] if environment.instance else []
        return {"InstanceHealthList": instances, "RefreshedAt": self._state.clock.time()}


def _deployment_status(environment: Environment) -> str:
    if environment.status is EnvironmentStatus.UPDATING:
        return "In Progress"
    return "Deployed" if environment.deployments == environment.deployed_number else "Failed"


def _requested(attributes: dict[str, Any], call: Call) -> dict[str, Any]:
    names = call.get("AttributeNames", ["All"])
    return attributes if "All" in names else {name: attributes.get(name) for name in attributes if name in names}


def _instances_health(environment: Environment) -> dict[str, int]:
    status = health.reported_status(environment) if environment.instance else None
    return {state: int(state == status) for state in _INSTANCE_STATES}
