"""Where the records of environments are: in Elastic Beanstalk's own bucket, which all stacks see.

The bucket exists wherever an environment exists. A stack of an earlier version kept records in its own bucket.
Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.S3.html
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.acknowledgments import acknowledge, arn_in_findings
from infra.policies import allow, explain

WHY_READ: Final = "Which execution holds the environment?"
WHY_FORMER: Final = "Which one held it when the stack's bucket had the record?"
WHY_LISTED: Final = "Without it, S3 answers 403 instead of 404 for what does not exist yet."


@dataclass(frozen=True)
class RecordStore:
    """`former`: the bucket of before, the stack's own. `key`, `former_key`: patterns with {application} and {blue}."""

    former: s3.IBucket
    key: str
    former_key: str

    def environment(self, stack: Stack) -> dict[str, str]:
        """Return the environment variables of functions that use records."""
        return {
            "RECORD_BUCKET": self.former.bucket_name,
            "BLUE_CNAME_CONFIG_FILE": self.former_key,
            "SHARED_RECORD_BUCKET": _bucket(stack),
            "SHARED_RECORD_KEY": self.key,
        }

    def allow_reading(self, role: iam.Role, application: str) -> None:
        """Let a role read the records of an application; `*` is all."""
        allow(role, ["s3:GetObject"], [self._record_arn(role, application)], why=WHY_READ)
        former = _filled(self.former_key, application)
        role.add_to_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[self.former.arn_for_objects(former)])
        )
        explain(role, ["s3:GetObject"], WHY_FORMER)
        acknowledge(role, f"IAM5[Resource::{arn_in_findings(self.former)}/{former}]", WHY_FORMER)

    def allow_writing(self, role: iam.Role, application: str, why: str) -> None:
        """Let a role write the records of an application."""
        allow(role, ["s3:PutObject"], [self._record_arn(role, application)], why=why)

    def allow_listing(self, role: iam.Role) -> None:
        """Let a role find out that there is no record."""
        allow(role, ["s3:ListBucket"], [_arn(role), self.former.bucket_arn], why=WHY_LISTED)

    def _record_arn(self, role: iam.Role, application: str) -> str:
        return f"{_arn(role)}/{_filled(self.key, application)}"


def _bucket(stack: Stack) -> str:
    return f"elasticbeanstalk-{stack.region}-{stack.account}"


def _arn(role: iam.Role) -> str:
    stack = Stack.of(role)
    return f"arn:{stack.partition}:s3:::{_bucket(stack)}"


def _filled(key: str, application: str) -> str:
    name = "*" if application == "*" else quote(application, safe="")
    return key.replace("{application}", name).replace("{blue}", "*")
