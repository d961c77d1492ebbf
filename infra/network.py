"""Where VerifyRelease runs when blue is behind an internal load balancer: in the environment's own VPC."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.permissions import allow

INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
"""Lambda uses them with the function's role. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""


class NetworkError(Exception):
    """The context does not describe a network; the message says what was expected, what was found, what to do."""


@dataclass(frozen=True)
class Network:
    """Subnets of a VPC. From them both the load balancer and Elastic Beanstalk's API must be reachable."""

    vpc_id: str
    subnet_ids: tuple[str, ...]

    @classmethod
    def from_context(cls, context: Callable[[str], Any]) -> Self | None:
        """None without one. Raises NetworkError for half of one."""
        vpc_id = str(context("vpc_id") or "")
        subnet_ids = tuple(name.strip() for name in str(context("subnet_ids") or "").split(",") if name.strip())
        if not vpc_id and not subnet_ids:
            return None
        valid = [
            re.fullmatch(r"vpc-[0-9a-f]+", vpc_id),
            *(re.fullmatch(r"subnet-[0-9a-f]+", id_) for id_ in subnet_ids),
        ]
        if not subnet_ids or None in valid:
            raise NetworkError(
                "Expected -c vpc_id= to be a VPC's id and -c subnet_ids= those of subnets in it, with commas between"
                f" them. Found {vpc_id!r} and {', '.join(subnet_ids) or 'no subnets'}. Correct them."
            )
        return cls(vpc_id, subnet_ids)

    def place(self, function: lambda_.Function, role: iam.Role) -> None:
        """Put a function with that role there."""
        allow(role, INTERFACES, ["*"], why="Lambda makes network interfaces of its own; EC2 gives them ids, not names.")
        group = ec2.CfnSecurityGroup(
            function,
            "SecurityGroup",
            group_description="Blue/green release: what tests blue. Nothing may come in.",
            vpc_id=self.vpc_id,
        )
        resource = function.node.default_child
        if isinstance(resource, lambda_.CfnFunction):
            resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
                security_group_ids=[group.attr_group_id], subnet_ids=list(self.subnet_ids)
            )
