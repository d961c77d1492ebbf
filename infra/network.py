"""Puts VerifyRelease into the environment's VPC, so that it reaches blue behind an internal load balancer."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.policies import allow
from infra.settings import NetworkSettings

INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
"""Lambda uses them with the function's role. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""


def place_in_network(function: lambda_.Function, role: iam.Role, network: NetworkSettings) -> None:
    """Put a function, which has that role, into the subnets of the network."""
    allow(role, INTERFACES, ["*"], why="Lambda makes network interfaces of its own; EC2 gives them ids, not names.")
    group = ec2.CfnSecurityGroup(
        function,
        "SecurityGroup",
        group_description="Blue/green release: what tests blue. Nothing may come in.",
        vpc_id=network.vpc_id,
    )
    resource = function.node.default_child
    if isinstance(resource, lambda_.CfnFunction):
        resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
            security_group_ids=[group.attr_group_id], subnet_ids=list(network.subnet_ids)
        )
