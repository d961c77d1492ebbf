"""What the actions about environments return: an environment, and its resources."""

from hashlib import sha256
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
        "Resources": _load_balancer(environment),
        "Tier": tier(environment),
        "EnvironmentLinks": [],
        "EnvironmentArn": environment.arn,
        "OperationsRole": environment.operations_role,
    }


def tier(environment: Environment) -> dict[str, str]:
    """Return the tier of an environment."""
    name, kind = ("Worker", "SQS/HTTP") if environment.worker else ("WebServer", "Standard")
    return {"Name": name, "Type": kind, "Version": "1.0"}


def resources(state: State, environment: Environment) -> dict[str, Any]:
    """Return an environment's resources as DescribeEnvironmentResources shows them."""
    return {
        "EnvironmentName": environment.name,
        "AutoScalingGroups": [{"Name": environment.group.name}] if environment.group else [],
        "Instances": [{"Id": instance.id} for instance in environment.instances],
        "LaunchConfigurations": [],
        "LaunchTemplates": [{"Id": f"lt-0{_digits(environment)}"}] if environment.group else [],
        "LoadBalancers": [{"Name": _load_balancer_id(state, environment)}] if _is_balanced(environment) else [],
        "Triggers": [],
        "Queues": [_queue(state, f"awseb-{environment.id}-stack-AWSEBWorkerQueue")] if environment.worker else [],
    }


def _load_balancer(environment: Environment) -> dict[str, Any] | None:
    """Return the Resources of an environment, None without a load balancer.

    Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_LoadBalancerDescription.html
    """
    if not _is_balanced(environment):
        return None
    name, _, domain = str(environment.endpoint).partition(".")
    listeners = [{"Protocol": "HTTP", "Port": 80}]
    return {"LoadBalancer": {"LoadBalancerName": name, "Domain": domain, "Listeners": listeners}}


def _is_balanced(environment: Environment) -> bool:
    has_endpoint = environment.alive and environment.endpoint is not None
    return has_endpoint and option_settings.load_balanced(environment.settings)


def _load_balancer_id(state: State, environment: Environment) -> str:
    """Return what names the load balancer: a Classic one its name, the others their ARN.

    Source: https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py
    """
    name = str(environment.endpoint).partition(".")[0]
    kind = {"application": "app", "network": "net"}.get(option_settings.load_balancer_type(environment.settings))
    if kind is None:
        return name
    balancing = f"arn:aws:elasticloadbalancing:{state.region}:{state.account_id}"
    return f"{balancing}:loadbalancer/{kind}/{name}/{_digits(environment)}"


def _digits(environment: Environment) -> str:
    """Return 16 hexadecimal digits that stay the same for an environment."""
    return sha256(environment.id.encode()).hexdigest()[:16]


def _queue(state: State, name: str) -> dict[str, str]:
    return {"Name": "WorkerQueue", "URL": f"https://sqs.{state.region}.amazonaws.com/{state.account_id}/{name}"}
