"""The calls that look into an environment: its health, its instances, what it is made of, its managed actions."""

from typing import Any

from emulator.beanstalk import option_settings, platforms
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import ManagedActionInvalidStateError, UnsupportedRequestError
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.state import State

_INSTANCE_STATES = ("NoData", "Unknown", "Pending", "Ok", "Info", "Warning", "Degraded", "Severe")


class Observations:
    """The calls that look into an environment, and the one that applies a managed action."""

    def __init__(self, state: State, deployments: Deployments) -> None:
        self._state = state
        self._deployments = deployments

    def describe_health(self, call: Call) -> Result:
        environment = self._with_enhanced_health(call, "DescribeEnvironmentHealth")
        attributes = {
            "Status": environment.status,
            "Color": health.shown_color(environment),
            "HealthStatus": health.shown_status(environment),
            "Causes": environment.health.causes,
            "InstancesHealth": _instances_health(environment),
            "RefreshedAt": self._state.clock.time(),
        }
        return {"EnvironmentName": environment.name} | _wanted(attributes, call)

    def describe_instances_health(self, call: Call) -> Result:
        environment = self._with_enhanced_health(call, "DescribeInstancesHealth")
        deployment = {
            "VersionLabel": environment.hosting.running_label,
            "DeploymentId": environment.deployments,
            "Status": _deployment_status(environment),
            "DeploymentTime": environment.updated,
        }
        attributes = {
            "HealthStatus": health.shown_status(environment),
            "Color": health.shown_color(environment),
            "Causes": environment.health.causes,
            "LaunchedAt": environment.launched,
            "Deployment": deployment,
            "AvailabilityZone": f"{self._state.region}a",
            "InstanceType": "t3.micro",
        }
        instances = [{"InstanceId": environment.instance} | _wanted(attributes, call)] if environment.instance else []
        return {"InstanceHealthList": instances, "RefreshedAt": self._state.clock.time()}

    def describe_resources(self, call: Call) -> Result:
        environment = self._state.environment(call.parameters)
        stack = f"awseb-{environment.id}-stack"
        balanced = environment.endpoint and option_settings.load_balanced(environment.settings)
        return {
            "EnvironmentResources": {
                "EnvironmentName": environment.name,
                "AutoScalingGroups": [{"Name": f"{stack}-AWSEBAutoScalingGroup"}] if environment.instance else [],
                "Instances": [{"Id": environment.instance}] if environment.instance else [],
                "LaunchConfigurations": [],
                "LaunchTemplates": [],
                "LoadBalancers": [{"Name": str(environment.endpoint).split(".")[0]}] if balanced else [],
                "Triggers": [],
                "Queues": self._queues(environment),
            }
        }

    def describe_managed_actions(self, call: Call) -> Result:
        environment = self._with_enhanced_health(call, "DescribeEnvironmentManagedActions")
        action = self._platform_update(environment)
        wanted = action and call.get("Status") in (None, action["Status"])
        return {"ManagedActions": [action] if wanted else []}

    def apply_managed_action(self, call: Call) -> Result:
        environment = self._with_enhanced_health(call, "ApplyEnvironmentManagedAction")
        action = self._platform_update(environment)
        ready = environment.status is EnvironmentStatus.READY
        if not action or action["ActionId"] != call["ActionId"] or not ready:
            raise ManagedActionInvalidStateError(
                f"Environment {environment.name} has no managed action {call['ActionId']} that could be applied now."
            )
        newest = platforms.latest(environment.platform.branch, self._state.region)
        self._deployments.configure(environment, environment.settings, newest, call.request_id)
        environment.managed_action = action["ActionId"]
        return action | {"Status": "Running", "WindowStartTime": None}

    def _platform_update(self, environment: Environment) -> dict[str, Any] | None:
        newest = platforms.latest(environment.platform.branch, self._state.region)
        if newest == environment.platform or not option_settings.managed_actions(environment.settings):
            return None
        return {
            "ActionId": f"platform-update-{newest.version}",
            "ActionDescription": f"Platform update from {environment.platform.version} to {newest.version}",
            "ActionType": "PlatformUpdate",
            "Status": "Running" if environment.managed_action else "Scheduled",
        }

    def _queues(self, environment: Environment) -> list[dict[str, str]]:
        if not environment.worker:
            return []
        name = f"awseb-{environment.id}-stack-AWSEBWorkerQueue"
        return [
            {
                "Name": "WorkerQueue",
                "URL": f"https://sqs.{self._state.region}.amazonaws.com/{self._state.account_id}/{name}",
            }
        ]

    def _with_enhanced_health(self, call: Call, action: str) -> Environment:
        environment = self._state.environment(call.parameters)
        if not option_settings.enhanced_health(environment.settings):
            raise UnsupportedRequestError(f"{action} is not supported.")
        return environment


def _deployment_status(environment: Environment) -> str:
    if environment.status is EnvironmentStatus.UPDATING:
        return "In Progress"
    return "Deployed" if environment.deployments == environment.deployed_number else "Failed"


def _wanted(attributes: dict[str, Any], call: Call) -> dict[str, Any]:
    wanted = call.get("AttributeNames", ["All"])
    return attributes if "All" in wanted else {name: attributes.get(name) for name in attributes if name in wanted}


def _instances_health(environment: Environment) -> dict[str, int]:
    now = health.shown_status(environment) if environment.instance else None
    return {state: int(state == now) for state in _INSTANCE_STATES}
