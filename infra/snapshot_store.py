"""Where the snapshot of all environments is: in Elastic Beanstalk's own bucket, as the records are.

Stacks that may see the same applications share one. Others may not: a snapshot has what its writer may see.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.policies import allow

WHY_READ: Final = "How is each environment, as an execution saw it some seconds ago?"
WHY_WRITTEN: Final = "What one execution sees of Elastic Beanstalk serves all, which may ask it twice a second only."


def snapshot_environment(applications: Sequence[str]) -> dict[str, str]:
    """Return the environment variables of functions that use the snapshot. The bucket is that of the records."""
    return {"SNAPSHOT_KEY": _key(applications)}


def allow_snapshot(role: iam.Role, applications: Sequence[str]) -> None:
    """Let a role read and write the snapshot of the stack's applications."""
    stack = Stack.of(role)
    bucket = f"arn:{stack.partition}:s3:::elasticbeanstalk-{stack.region}-{stack.account}"
    allow(role, ["s3:GetObject"], [f"{bucket}/{_key(applications)}"], why=WHY_READ)
    allow(role, ["s3:PutObject"], [f"{bucket}/{_key(applications)}"], why=WHY_WRITTEN)


def _key(applications: Sequence[str]) -> str:
    if "*" in applications:
        return "bluegreen/snapshot"
    names = sorted(quote(application, safe="") for application in applications)
    folder = names[0] if len(names) == 1 else hashlib.sha256(",".join(names).encode()).hexdigest()[:12]
    return f"bluegreen/{folder}/snapshot"
