"""The approval: what people are asked, and what they are told when an environment changes while they decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from lambdas.aws.environment import Environment
from lambdas.console import console_link, environment_link
from lambdas.deployment import Deployment, Role
from lambdas.failure import MAX_SENTENCE_LENGTH, notice, one_line
from lambdas.visit import Visit

RELEASE: Final = "release"
"""The value of `approval_expiry` that gives blue the users when nobody answers."""
MAX_MESSAGES: Final = 10
"""The most messages about one question, since the health of an environment may change every minute."""


class Condition(StrEnum):
    """How an environment is while people decide."""

    WELL = "well"
    UNHEALTHY = "unhealthy"
    CHANGED = "changed"  # not as it was tested
    GONE = "gone"


@dataclass(frozen=True)
class Told:
    """What people know by the question and the messages after it. `messages`: their number."""

    blue: Condition = Condition.WELL
    green: Condition = Condition.WELL
    messages: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """`data`: {"blue", "green", "messages"}; None before the first message."""
        if data is None:
            return cls()
        return cls(Condition(data["blue"]), Condition(data["green"]), data["messages"])

    def of(self, role: Role) -> Condition:
        """Return what people know of an environment."""
        return self.blue if role == "blue" else self.green


NEXT_STEPS: Final[Mapping[tuple[Role, Condition], str]] = {
    ("green", Condition.UNHEALTHY): "{green} serves users. To move them to {version}, which passed its test, approve. "
    "Otherwise repair {green}: users stay on it.",
    ("green", Condition.GONE): "Act at once: {green} served users. Find out who terminated it. Approving fails, since "
    "the production CNAME went with it. Create {blue} anew, or give {production_cname} to what shall serve.",
    ("green", Condition.WELL): "Nothing: users are well.",
    ("blue", Condition.UNHEALTHY): "No user is on {blue}. See its events before you approve. Approved, the release "
    "waits for {blue} to be healthy, and fails if it stays so.",
    ("blue", Condition.CHANGED): "Somebody deployed onto {blue} or changed it after its test. Approving fails. Reject, "
    "then redrive the execution: it deploys and tests again.",
    ("blue", Condition.GONE): "{blue} was terminated. Reject, and find out who did it. Users stay on {green}.",
    ("blue", Condition.WELL): "{blue} is as it was tested. Approve or reject.",
}
"""What people can do, by what has happened to which environment."""


def question(deployment: Deployment, blue: Environment, visit: Visit) -> str:
    """Return what people are asked, without the commands: these have a token that Step Functions makes."""
    asked = deployment.version, deployment.application, deployment.blue
    if deployment.approval_expiry == RELEASE:
        after = (
            f"{deployment.blue} gets the users, if it is healthy and as it was tested (`approval_expiry`: `release`)."
        )
    else:
        after = (
            f"{deployment.green} serves on, and the release fails. To be asked again, redrive it:\n\n"
            f"  aws stepfunctions redrive-execution --region {visit.region} --execution-arn {visit.execution}"
        )
    return (
        f"{asked[0]} of {asked[1]} runs on {asked[2]} and passed its test. Now {deployment.green} serves users, with "
        f"{deployment.green_version}.\n\n"
        f"Look at the version: http://{blue.endpoint}/\n"
        f"Its environment: {environment_link(visit.execution, blue.id)}\n"
        f"The release: {console_link(visit.execution)}\n\n"
        "Until you answer, both environments are watched. You are told when one turns bad.\n\n"
        f"Time to answer: {duration(deployment.approval_seconds)}. After that {after}"
    )


def duration(seconds: int) -> str:
    """Return a time in hours, or in minutes below two hours."""
    if seconds < 7200:
        return f"{max(1, round(seconds / 60))} minutes"
    return f"{seconds / 3600:.1f}".removesuffix(".0") + " hours"


def news(deployment: Deployment, role: Role, now: Told, found: str, visit: Visit) -> dict[str, str]:
    """Return {"subject", "message"}: what happened to the environment of the role. `found`: both, as they are."""
    name, condition = deployment.names[role], now.of(role)
    words = "is well again" if condition == Condition.WELL else f"is {condition}"
    last = " It is the last one about this question." if now.messages == MAX_MESSAGES else ""
    lines = [
        f"Found: {one_line(found, MAX_SENTENCE_LENGTH)}",
        f"What to do: {NEXT_STEPS[role, condition].format(**deployment.to_json())}",
        "",
        "The commands that approve and reject are in the message `A release waits for your approval`.",
        f"This is message {now.messages} of {MAX_MESSAGES} at most.{last}",
        f"  {console_link(visit.execution)}",
    ]
    return notice(f"{name} {words}, and {deployment.version} waits for your approval", lines)
