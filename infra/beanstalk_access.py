"""What a role may do in Elastic Beanstalk, and what lets Elastic Beanstalk act on the resources of environments."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledgments import acknowledge
from infra.beanstalk_policy import NAME
from infra.environment_resources import environment_policies
from infra.policies import allow
from infra.settings import EnvironmentPolicy
from infra.stage_permissions import KINDS, WHY, StagePermissions
from lambdas.deployment import BLUE_TAG

EVERY_ACTION = "elasticbeanstalk:*"


class BeanstalkAccess:
    """Gives roles their permissions. `environment_policy`: the stack's own policies, or AWS's."""

    def __init__(self, scope: Construct, applications: Sequence[str], environment_policy: EnvironmentPolicy) -> None:
        self._applications = applications
        self._own_policies = environment_policies(scope) if environment_policy == EnvironmentPolicy.OWN else None

    def grant(self, role: iam.Role, permissions: StagePermissions) -> None:
        """Give a role the permissions of its stage."""
        for kind in KINDS:
            self._allow_on(kind, role, getattr(permissions, kind))
        for action in permissions.tagged_environment:
            self._allow_on("environment", role, [action], _tagged(action, "false"))
        if self._own_policies:
            for part in permissions.policy_parts:
                role.add_managed_policy(self._own_policies[part])
        elif permissions.policy_parts:
            self._attach_awss_policy(role, permissions)

    def _allow_on(
        self, kind: str, role: iam.Role, actions: Sequence[str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        for action in actions:
            arns = self._arns(kind, role)
            allow(role, [f"elasticbeanstalk:{action}"], arns, why=WHY[action], conditions=conditions)

    def _arns(self, kind: str, role: iam.Role) -> list[str]:
        """Return the ARNs of all resources of a kind in the stack's applications."""
        stack = Stack.of(role)
        prefix = f"arn:{stack.partition}:elasticbeanstalk:{stack.region}:{stack.account}:{kind}"
        suffix = "" if kind == "application" else "/*"
        return [f"{prefix}/{application}{suffix}" for application in self._applications]

    def _attach_awss_policy(self, role: iam.Role, permissions: StagePermissions) -> None:
        """Give a role AWS's policy, which allows every action on every application, less what its stage does not do.

        A deny takes precedence over each allow.
        """
        role.add_managed_policy(iam.ManagedPolicy.from_aws_managed_policy_name(NAME))
        why = "-c environment_policy=aws asks for it. A deny limits it to the actions and applications of the stage."
        acknowledge(role, f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{NAME}]", why)
        performed = [f"elasticbeanstalk:{action}" for action in permissions.beanstalk_actions]
        every_resource = f"arn:{Stack.of(role).partition}:elasticbeanstalk:*:*:*"
        _deny(role, not_actions=performed, resources=[every_resource])
        own = [arn for kind in permissions.kinds for arn in self._arns(kind, role)]
        _deny(role, actions=[EVERY_ACTION], not_resources=own)  # also actions that AWS authorises on * only
        for action in permissions.tagged_environment:
            tagged = [f"elasticbeanstalk:{action}"]
            _deny(role, actions=tagged, resources=[every_resource], conditions=_tagged(action, "true"))


def _deny(role: iam.Role, **statement: Any) -> None:
    role.add_to_policy(iam.PolicyStatement(effect=iam.Effect.DENY, **statement))


def _tagged(action: str, missing: str) -> Mapping[str, Any]:
    """Return the condition that the tag of a clone is `missing` ("true" or "false"): it stands, or is to be made."""
    tag_of = "ResourceTag" if action == "TerminateEnvironment" else "RequestTag"
    return {"Null": {f"aws:{tag_of}/{BLUE_TAG}": missing}}
