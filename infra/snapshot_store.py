"""What all executions share, in Elastic Beanstalk's own bucket, as the records are: the snapshot, and who has begun.

Stacks that may see the same applications share a snapshot. Others may not: it has what its writer may see. All stacks
share the times at which releases began: Elastic Beanstalk's limit is that of the account and region.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.policies import allow
from lambdas.aws.begun_releases import KEY

WHY_READ: Final = "How is each environment, as an execution saw it some seconds ago?"
WHY_WRITTEN: Final = "What one execution sees of Elastic Beanstalk serves all, which may ask it twice a second only."
BEGUN: Final = "bluegreen/begun-releases"
WHY_BEGUN_READ: Final = "How many releases have begun in the last minutes, in the account and region?"
WHY_BEGUN_WRITTEN: Final = (
    "A release that begins says so: of many that are started at once, one begins after the other."
)


def snapshot_environment(applications: Sequence[str]) -> dict[str, str]:
    """Return the environment variables of functions that use the snapshot. The bucket is that of the records."""
    return {"SNAPSHOT_KEY": _key(applications)}


def turns_environment() -> dict[str, str]:
    """Return the environment variables of the function that lets releases begin. The bucket is that of the records."""
    return {KEY: BEGUN}


def allow_snapshot(role: iam.Role, applications: Sequence[str]) -> None:
    """Let a role read and write the snapshot of the stack's applications."""
    _allow(role, _key(applications), WHY_READ, WHY_WRITTEN)


def allow_turns(role: iam.Role) -> None:
    """Let a role read and write when releases began."""
    _allow(role, BEGUN, WHY_BEGUN_READ, WHY_BEGUN_WRITTEN)


def _allow(role: iam.Role, key: str, why_read: str, why_written: str) -> None:
    stack = Stack.of(role)
    place = f"arn:{stack.partition}:s3:::elasticbeanstalk-{stack.region}-{stack.account}/{key}"
    allow(role, ["s3:GetObject"], [place], why=why_read)
    allow(role, ["s3:PutObject"], [place], why=why_written)


def _key(applications: Sequence[str]) -> str:
    if "*" in applications:
        return "bluegreen/snapshot"
    names = sorted(quote(application, safe="") for application in applications)
    folder = names[0] if len(names) == 1 else hashlib.sha256(",".join(names).encode()).hexdigest()[:12]
    return f"bluegreen/{folder}/snapshot"
