"""The security groups that Elastic Beanstalk makes for an environment: of its instances, and of its load balancer.

Names and descriptions as in configurations that were read from accounts, and in
https://github.com/hashicorp/terraform-provider-aws/issues/2002. Settings that make them needless:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from emulator.beanstalk import option_settings
from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.model import Environment
from emulator.beanstalk.state import State

EVERYBODY = "0.0.0.0/0"
_NO_DEFAULT = Option(
    "aws:autoscaling:launchconfiguration", "DisableDefaultEC2SecurityGroup", "AWSEBAutoScalingLaunchConfiguration"
)
_KEY_PAIR = Option("aws:autoscaling:launchconfiguration", "EC2KeyName", "AWSEBAutoScalingLaunchConfiguration")


@dataclass(frozen=True)
class OpenPort:
    """An ingress rule over TCP. `source`: a range of addresses, or the id of a security group."""

    port: int
    source: str


@dataclass(frozen=True)
class MadeGroup:
    """A security group as it is made. People may change it later."""

    id: str
    name: str
    description: str
    tags: dict[str, str]
    open_ports: tuple[OpenPort, ...]


def made_groups(state: State) -> list[MadeGroup]:
    """Return the groups of all environments that are not terminated. Takes the state's lock."""
    with state.lock:
        return [group for environment in state.alive_environments() for group in _groups(environment)]


def _groups(environment: Environment) -> Iterator[MadeGroup]:
    settings = environment.settings
    balanced = option_settings.load_balanced(settings) and option_settings.load_balancer_type(settings) != "network"
    own = next((value for option, value in settings.items() if option.name == "ManagedSecurityGroup" and value), "")
    balancer = _group(
        environment,
        "AWSEBLoadBalancerSecurityGroup",
        "Elastic Beanstalk created security group used when no ELB security groups are specified during ELB creation",
        OpenPort(80, EVERYBODY),
    )
    if balanced and not own:
        yield balancer
    if settings.get(_NO_DEFAULT) == "true":
        return
    ssh = [OpenPort(22, EVERYBODY)] if settings.get(_KEY_PAIR) else []
    yield _group(
        environment,
        "AWSEBSecurityGroup",
        "SecurityGroup for ElasticBeanstalk environment.",
        OpenPort(80, own or balancer.id if balanced else EVERYBODY),
        *ssh,
    )


def _group(environment: Environment, resource: str, description: str, *ports: OpenPort) -> MadeGroup:
    digits = sha256(f"{environment.id} {resource}".encode()).hexdigest()
    stack = f"awseb-{environment.id}-stack"
    tags = {
        "Name": environment.name,
        "aws:cloudformation:logical-id": resource,
        "aws:cloudformation:stack-name": stack,
        "elasticbeanstalk:environment-id": environment.id,
        "elasticbeanstalk:environment-name": environment.name,
        **environment.tags,
    }
    return MadeGroup(f"sg-0{digits[:16]}", f"{stack}-{resource}-{digits[-12:].upper()}", description, tags, ports)
