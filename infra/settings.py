"""The settings of a deployment, all of them: read from the CDK context, checked together. The README lists them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Any, Self

from infra.context_reader import ContextReader
from infra.pipeline_settings import PipelineSettings

BOUNDARY = re.compile(r"[\w+=,.@-]{1,128}|arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[\w+=,.@/-]+")
HOOK = re.compile(
    r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[A-Za-z0-9-_]{1,64}(:(\$LATEST|[A-Za-z0-9-_]+))?"
)
KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
RECORD_KEY = "bluegreen/{application}/{blue}.json"
FORMER_RECORD_KEY = "records/{application}/{blue}.json"
"""The default of versions that kept records in the stack's bucket."""
SLOW_MINUTES = 60
MAX_HOOKS_LENGTH = 3_000
"""They are in an environment variable; Lambda allows 4 KB for all."""


class InvalidSettingsError(ValueError):
    """The context does not describe a deployment. The message names each wrong value and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n  - ".join(["The settings are wrong, so nothing was synthesized:", *problems]))


class EnvironmentPolicy(StrEnum):
    """What lets Elastic Beanstalk act on the resources of environments."""

    OWN = "own"  # policies of the stack
    AWS = "aws"  # AWS's managed policy, with a deny of what the stages do not do


@dataclass(frozen=True)
class NetworkSettings:
    """Subnets of a VPC. From them both the load balancer and Elastic Beanstalk's API must be reachable."""

    vpc_id: str
    subnet_ids: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """The settings of one stack.

    `applications`: the Elastic Beanstalk applications that releases may touch, `*` for all. `artifacts_bucket`: the
    bucket for bundles; None makes one. `artifacts_key`: the ARN of the KMS key that encrypts that bucket.
    `record_key`: where records are in Elastic Beanstalk's own bucket, with {application} and {blue} in it; the same
    in all stacks. `environment_policy`: what lets Elastic Beanstalk act
    on the resources of environments. `permissions_boundary`: the name or the ARN of a policy that limits each role.
    `notify_email`: the address that gets notifications. `slow_minutes`: a longer release raises an alarm. `pipeline`:
    a CodePipeline that starts releases. `network`: the network that VerifyRelease runs in; None is the internet.
    `hooks`: the Lambda functions that releases may call at gates, by name or ARN. `notify_success`: people hear of
    releases that succeed as well. `chat`: a topic has messages for AWS's chat integration.
    """

    env: str
    applications: tuple[str, ...]
    artifacts_bucket: str | None = None
    record_key: str = RECORD_KEY
    notify_email: str | None = None
    slow_minutes: int = SLOW_MINUTES
    pipeline: PipelineSettings | None = None
    network: NetworkSettings | None = None
    environment_policy: EnvironmentPolicy = EnvironmentPolicy.OWN
    permissions_boundary: str | None = None
    artifacts_key: str | None = None
    hooks: tuple[str, ...] = ()
    notify_success: bool = False
    chat: bool = False

    @property
    def former_record_key(self) -> str:
        """The key in the stack's bucket under which earlier versions kept records."""
        return FORMER_RECORD_KEY if self.record_key == RECORD_KEY else self.record_key

    @classmethod
    def from_context(cls, context: Callable[[str], Any], environ: Mapping[str, str]) -> Self:
        """Return the settings in the context; the environment variable ENV takes precedence over `env`.

        Raises InvalidSettingsError, which names all problems at once.
        """
        reader = ContextReader(context)
        applications = _applications(reader)
        settings = cls(
            env=_env(reader, environ),
            applications=applications,
            artifacts_bucket=reader.text("artifacts_bucket") or None,
            record_key=_record_key(reader),
            notify_email=reader.text("notify_email") or None,
            notify_success=reader.flag("notify_success"),
            chat=reader.flag("chat"),
            slow_minutes=_slow_minutes(reader),
            pipeline=PipelineSettings.read(reader, applications),
            network=_network(reader),
            environment_policy=_environment_policy(reader),
            permissions_boundary=_permissions_boundary(reader),
            artifacts_key=_artifacts_key(reader),
            hooks=_hooks(reader),
        )
        if reader.problems:
            raise InvalidSettingsError(reader.problems)
        return settings


def _env(reader: ContextReader, environ: Mapping[str, str]) -> str:
    env = environ.get("ENV") or reader.text("env")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,30}", env):
        expected = "(or ENV) to be a letter, then up to 30 letters, digits and hyphens"
        reader.refuse("env", expected, f"{env!r}")
    return env


def _applications(reader: ContextReader) -> tuple[str, ...]:
    applications = reader.names("applications", "*")
    if not applications:
        expected = "to name applications, with commas between them, or to be *"
        reader.refuse("applications", expected, f"{reader.text('applications')!r}")
    return applications


def _record_key(reader: ContextReader) -> str:
    key = reader.text("record_key", RECORD_KEY)
    try:
        placeholders = {name for _, name, _, _ in Formatter().parse(key) if name is not None}
    except ValueError:  # a brace that nothing closes
        placeholders = set()
    if placeholders != {"application", "blue"}:
        expected = "to have {application} and {blue} in it, and no other braces"
        reader.refuse("record_key", expected, f"{key!r}")
    return key


def _slow_minutes(reader: ContextReader) -> int:
    minutes = reader.text("slow_minutes", str(SLOW_MINUTES))
    if not re.fullmatch(r"[1-9][0-9]{0,4}", minutes):
        reader.refuse("slow_minutes", "to be a number of minutes from 1 to 99999", f"{minutes!r}")
        return SLOW_MINUTES
    return int(minutes)


def _environment_policy(reader: ContextReader) -> EnvironmentPolicy:
    policy = reader.text("environment_policy", EnvironmentPolicy.OWN)
    if policy not in list(EnvironmentPolicy):
        reader.refuse("environment_policy", f"to be one of {', '.join(EnvironmentPolicy)}", f"{policy!r}")
        return EnvironmentPolicy.OWN
    return EnvironmentPolicy(policy)


def _permissions_boundary(reader: ContextReader) -> str | None:
    boundary = reader.text("permissions_boundary")
    if boundary and not BOUNDARY.fullmatch(boundary):
        reader.refuse("permissions_boundary", "to be the name or the ARN of a managed policy", f"{boundary!r}")
    return boundary or None


def _artifacts_key(reader: ContextReader) -> str | None:
    key = reader.text("artifacts_key")
    if key and not (KEY.fullmatch(key) and reader.text("artifacts_bucket")):
        expected = "to be the ARN of the KMS key (not of an alias) that encrypts the bucket in -c artifacts_bucket="
        reader.refuse("artifacts_key", expected, f"{key!r} for {reader.text('artifacts_bucket') or 'no bucket'}")
    return key or None


def _hooks(reader: ContextReader) -> tuple[str, ...]:
    hooks = reader.names("hooks")
    wrong = [each for each in hooks if not HOOK.fullmatch(each)]
    if wrong or len(",".join(hooks)) > MAX_HOOKS_LENGTH:
        expected = "to be names or ARNs of Lambda functions, with commas between them"
        reader.refuse("hooks", f"{expected}, {MAX_HOOKS_LENGTH} characters at most", ", ".join(wrong) or "more")
    return hooks


def _network(reader: ContextReader) -> NetworkSettings | None:
    vpc_id, subnet_ids = reader.text("vpc_id"), reader.names("subnet_ids")
    if not vpc_id and not subnet_ids:
        return None
    wrong = [each for each in subnet_ids if not re.fullmatch(r"subnet-[0-9a-f]+", each)]
    if wrong or not subnet_ids or not re.fullmatch(r"vpc-[0-9a-f]+", vpc_id):
        reader.refuse(
            "vpc_id",
            "to be the id of a VPC, and -c subnet_ids= to be the ids of its subnets, with commas between them",
            f"{vpc_id!r} and {', '.join(subnet_ids) or 'no subnets'}",
            "Correct them.",
        )
    return NetworkSettings(vpc_id, subnet_ids)
