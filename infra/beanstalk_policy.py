"""The parts of AWS's managed policy for Elastic Beanstalk that a release needs, confined to a region and an account.

Elastic Beanstalk uses its caller's permissions on the resources of an environment. AWS does not list them. It offers
the managed policy AdministratorAccess-AWSElasticBeanstalk, which also allows everything on every application.
Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

NAME = "AdministratorAccess-AWSElasticBeanstalk"
FILE = Path(__file__).parent / "aws_policy" / f"{NAME}.v9.json"

_WORKER = "Worker environments need it. Plan refuses them."
_ECS = "ECS-managed Docker needs it. Plan refuses that platform."
_BUILD = "A release deploys a finished bundle. Builds are made elsewhere."
EXCLUDED_ACTIONS: Mapping[str, str] = {
    "cloudtrail:*": "The console shows who changed an environment. The trail has every call of the account in it.",
    "codebuild:*": _BUILD,
    "codecommit:*": _BUILD,
    "dynamodb:*": _WORKER,
    "ecs:*": _ECS,
    "elasticbeanstalk:*": "Each stage has actions of its own, on the applications of the settings.",
    "rds:*": "A database that is coupled to an environment needs it. Plan refuses such an environment.",
    "sqs:*": _WORKER,
}
"""The actions that no stage gets, as patterns, with the reason."""
EXCLUDED_VALUES: Mapping[str, str] = {"ecs.amazonaws.com": _ECS}
"""The values of conditions that no stage gets, with the reason."""
READING_VERBS = ("Describe", "Estimate", "Get", "List", "Validate")


class PolicyPart(StrEnum):
    """A part of the policy that becomes a managed policy of the stack. The value is its name."""

    READS = "EnvironmentReads"
    BUCKET = "EnvironmentBucket"
    CHANGES = "EnvironmentResources"


@dataclass(frozen=True)
class Place:
    """Where the statements apply. The values may be references of CloudFormation."""

    partition: str
    region: str
    account: str


@dataclass(frozen=True)
class PolicyStatement:
    """Actions that are allowed on resources. `conditions`: as in IAM, empty when there are none."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, list[str]]]


def statements_of(part: PolicyPart, place: Place) -> Iterator[PolicyStatement]:
    """Yield AWS's statements, each with the actions of one part only. Excluded actions and values are left out."""
    for statement in json.loads(FILE.read_text())["Document"]["Statement"]:
        if actions := [each for each in _listed(statement["Action"]) if part == _part(each) and not excluded(each)]:
            resources = [_confined(each, place) for each in _listed(statement["Resource"])]
            if part == PolicyPart.BUCKET:
                resources = [_own_bucket(each, place) for each in resources]
            conditions = {
                operator: {key: _confined_values(values, place) for key, values in keys.items()}
                for operator, keys in statement.get("Condition", {}).items()
            }
            yield PolicyStatement(tuple(actions), tuple(resources), conditions)


def excluded(action: str) -> bool:
    """Return whether no stage gets an action of AWS's policy."""
    return any(fnmatchcase(action, pattern) for pattern in EXCLUDED_ACTIONS)


def _part(action: str) -> PolicyPart:
    service, _, verb = action.partition(":")
    if verb.startswith(READING_VERBS):
        return PolicyPart.READS
    return PolicyPart.BUCKET if service == "s3" else PolicyPart.CHANGES


def _confined(resource: str, place: Place) -> str:
    """Return an ARN with the place for its wildcards. Other values stay as they are."""
    if not resource.startswith("arn:"):
        return resource
    _, _, service, region, account, name = resource.split(":", 5)
    region = place.region if region == "*" else region
    account = place.account if account == "*" else account
    return f"arn:{place.partition}:{service}:{region}:{account}:{name}"


def _own_bucket(resource: str, place: Place) -> str:
    """Return the ARN with Elastic Beanstalk's bucket of the region for all of its buckets: it writes to no other."""
    return resource.replace(":::elasticbeanstalk-*", f":::elasticbeanstalk-{place.region}-{place.account}")


def _confined_values(values: str | list[str], place: Place) -> list[str]:
    return [_confined(each, place) for each in _listed(values) if each not in EXCLUDED_VALUES]


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
