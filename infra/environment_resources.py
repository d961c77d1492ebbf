"""The managed policies for stages that let Elastic Beanstalk use the resources of an environment."""

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.beanstalk_policy import Place, PolicyPart, statements_of
from infra.policies import allow

DESCRIPTIONS: Mapping[PolicyPart, str] = {
    PolicyPart.READS: "What Elastic Beanstalk reads as its caller",
    PolicyPart.BUCKET: "What Elastic Beanstalk writes to its own bucket as its caller",
    PolicyPart.CHANGES: "What Elastic Beanstalk does as its caller to create, update or terminate an environment",
}
WHY: Mapping[PolicyPart, str] = {
    PolicyPart.READS: "Elastic Beanstalk reads an environment's resources, and AWS's files for instances.",
    PolicyPart.BUCKET: "Elastic Beanstalk keeps bundles and settings in its own bucket.",
    PolicyPart.CHANGES: "Elastic Beanstalk makes, changes and removes an environment's resources.",
}
"""The reason for each part. AWS gives none for single statements."""


def environment_policies(scope: Construct) -> dict[PolicyPart, iam.ManagedPolicy]:
    """Return a managed policy for each part. Roles share them."""
    stack = Stack.of(scope)
    place = Place(stack.partition, stack.region, stack.account)
    return {part: _policy(scope, part, place) for part in PolicyPart}


def _policy(scope: Construct, part: PolicyPart, place: Place) -> iam.ManagedPolicy:
    policy = iam.ManagedPolicy(scope, str(part), description=DESCRIPTIONS[part])
    for statement in statements_of(part, place):
        allow(policy, statement.actions, statement.resources, why=WHY[part], conditions=statement.conditions)
    return policy
