"""The roles of the run's environments: one for the instances, one for Elastic Beanstalk.

AWS makes no default roles for new accounts: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts-roles.html
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.prove.names import RunNames
from rehearsal.prove.target import ProofTarget

INSTANCE_POLICIES = ("AWSElasticBeanstalkWebTier",)
SERVICE_POLICIES = (
    "service-role/AWSElasticBeanstalkEnhancedHealth",
    "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
)
TAG = {"Key": "project", "Value": "beanstalk-bluegreen"}


def create_roles(target: ProofTarget, names: RunNames) -> None:
    """Create both roles, and the instance profile, which has the name of its role."""
    iam = target.client("iam")
    china = ".cn" if target.partition == "aws-cn" else ""
    _create_role(iam, target, names.instance_role, f"ec2.amazonaws.com{china}", INSTANCE_POLICIES)
    _create_role(iam, target, names.service_role, "elasticbeanstalk.amazonaws.com", SERVICE_POLICIES)
    iam.create_instance_profile(InstanceProfileName=names.instance_role, Tags=[TAG])
    iam.add_role_to_instance_profile(InstanceProfileName=names.instance_role, RoleName=names.instance_role)


def delete_roles(target: ProofTarget, names: RunNames) -> None:
    """Delete the instance profile and both roles. What does not exist is done."""
    iam = target.client("iam")
    profile = {"InstanceProfileName": names.instance_role}
    _unless_missing(iam.remove_role_from_instance_profile, **profile, RoleName=names.instance_role)
    _unless_missing(iam.delete_instance_profile, **profile)
    for role in (names.instance_role, names.service_role):
        for arn in _attached_policies(iam, role):
            _unless_missing(iam.detach_role_policy, RoleName=role, PolicyArn=arn)
        _unless_missing(iam.delete_role, RoleName=role)


def role_names(iam: Any) -> Iterator[str]:
    """Yield the names of the account's roles and instance profiles."""
    for page in iam.get_paginator("list_roles").paginate():
        yield from (each["RoleName"] for each in page["Roles"])
    for page in iam.get_paginator("list_instance_profiles").paginate():
        yield from (each["InstanceProfileName"] for each in page["InstanceProfiles"])


def role_dates(iam: Any) -> Iterator[tuple[str, datetime]]:
    """Yield the name and the date of creation of each role of the account."""
    for page in iam.get_paginator("list_roles").paginate():
        yield from ((each["RoleName"], each["CreateDate"]) for each in page["Roles"])


def _create_role(iam: Any, target: ProofTarget, name: str, service: str, policies: tuple[str, ...]) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, Tags=[TAG])
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:{target.partition}:iam::aws:policy/{policy}")


def _attached_policies(iam: Any, role: str) -> list[str]:
    try:
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return []
        raise


def _unless_missing(call: Any, **arguments: str) -> None:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
