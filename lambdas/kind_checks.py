"""The checks of blue's kind: the environments that this tool cannot release. Pure, over what was observed.

Each raises ReleaseRefusedError, which says what was expected, what was found and what to do next.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from lambdas.aws.scaling import ENVIRONMENT_TAG
from lambdas.capacity import TEMPLATE
from lambdas.observation import Observation
from lambdas.refusal import require

Request = Mapping[str, Any]

ECS_PLATFORM: Final = re.compile(r"\b(ECS|Multi-container Docker)\b", re.IGNORECASE)
"""In the name or the ARN of a platform. Source:
https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html
"""


def check_tier(_: Request, observation: Observation) -> None:
    """Require a web server environment: a worker has no CNAME."""
    blue = observation.pair.blue
    require(
        blue.tier == "WebServer",
        expected=f"{blue.name} to be a web server environment, with a CNAME to swap",
        found=f"the tier {blue.tier}",
    )


def check_platform(_: Request, observation: Observation) -> None:
    """Require a platform without Amazon ECS: the functions have no permissions for ECS."""
    blue = observation.pair.blue
    require(
        not ECS_PLATFORM.search(blue.platform),
        expected=f"{blue.name} to run its application without Amazon ECS",
        found=f"the platform {blue.platform}",
        remedy="Move the application to the Docker platform",
    )


def check_scaling_group(_: Request, observation: Observation) -> None:
    """Require an Auto Scaling group. Whether the CNAMEs of Cluster environments on EKS can be swapped is unknown."""
    blue = observation.pair.blue
    require(
        observation.options.has_scaling_group,
        expected=f"{blue.name} to have its instances in an Auto Scaling group",
        found="no options of aws:autoscaling:asg, as in a Cluster environment on Amazon EKS",
        remedy="Release onto an environment of Amazon EC2 instances",
    )


def check_group_shown(request: Request, observation: Observation) -> None:
    """Require that Auto Scaling shows the group of the environment that serves, if its instances are to be counted."""
    live = observation.pair.live
    require(
        request["capacity"] == TEMPLATE or live.id in observation.groups,
        expected=f"the Auto Scaling group of {live.name}, to count its instances",
        found=f"none with the tag {ENVIRONMENT_TAG}",
        remedy=f"Give the group that tag, or release with `capacity`: `{TEMPLATE}`",
        settles=True,
    )


def check_load_balancer(_: Request, observation: Observation) -> None:
    """Require a load balancer of blue's own: requests to the name of a shared one reach other environments."""
    blue = observation.pair.blue
    require(
        not observation.options.has_shared_load_balancer,
        expected=f"{blue.name} to have a load balancer of its own",
        found="one that it shares with other environments, where its test would reach one of those",
        remedy="Release onto an environment that is made without SharedLoadBalancer",
    )


def check_database(_: Request, observation: Observation) -> None:
    """Require a database outside the environment: green would get an empty one, and users' data would go with green."""
    require(
        not observation.options.has_coupled_database,
        expected=f"{observation.pair.blue.name} to use a database with a life cycle of its own",
        found="an RDS database coupled to the environment, of which green would get an empty one",
        remedy="Decouple the database",
    )
