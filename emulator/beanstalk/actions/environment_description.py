"""What the actions about environments return: an environment, and its resources."""

from typing import Any

from emulator.beanstalk import option_settings
from emulator.beanstalk.model import Environment
from emulator.beanstalk.operations import health
from emulator.beanstalk.state import State


def description(state: State, environment: Environment) -> dict[str, Any]:
    """Return an environment as DescribeEnvironments and the actions that change it show it."""
    return {
        "EnvironmentName": environment.name,
        "EnvironmentId": environment.id,
        "ApplicationName": environment.application,
        "VersionLabel": state.shown_label(environment),
        "SolutionStackName": environment.platform.solution_stack,
        "PlatformArn": environment.platform.arn,
        "TemplateName": environment.template,
        "Description": environment.description,
        "EndpointURL": environment.endpoint if environment.alive else None,
        "CNAME": environment.cname,
        "DateCreated": environment.created,
        "DateUpdated": environment.updated,
        "Status": environment.status,
        "AbortableOperationInProgress": environment.abortable,
        "Health": health.reported_color(environment),
        "HealthStatus": health.reported_status(environment),
        "Tier": tier(environment),
        "EnvironmentLinks": [],
        "EnvironmentArn": environment.arn,
    }


def tier(environment: Environment) -> dict[str, str]:
    """Return the tier of an environment."""
    name, kind = ("Worker", "SQS/HTTP") if environment.worker else ("WebServer", "Standard")
    return {"Name": name, "Type": kind, "Version": "1.0"}


def resources(state: State, environment: Environment) -> dict[str, Any]:
    """Return an environment's resources as DescribeEnvironmentResources shows them."""
    stack = f"awseb-{environment.id}-stack"
    balanced = environment.endpoint and option_settings.load_balanced(environment.settings)
    return {
        "EnvironmentName": environment.name,
        "AutoScalingGroups": [{"Name": environment.group.name}] if environment.group else [],
        "Instances": [{"Id": instance.id} for instance in environment.instances],
        "LaunchConfigurations": [],
        "LaunchTemplates": [],
        "LoadBalancers": [{"Name": str(environment.endpoint).split(".")[0]}] if balanced else [],
        "Triggers": [],
        "Queues": [_queue(state, f"{stack}-AWSEBWorkerQueue")] if environment.worker else [],
    }


def _queue(state: State, name: str) -> dict[str, str]:
    return {"Name": "WorkerQueue", "URL": f"https://sqs.{state.region}.amazonaws.com/{state.account_id}/{name}"}
