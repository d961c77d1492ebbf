"""The events of a release for machines, on EventBridge. docs/events.md describes them, release_events.schema.json too.

Best effort: an event that cannot be sent is logged, and never fails or repeats a stage. A stage may run twice, so an
event may come twice.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws.event_bus import put_event
from lambdas.aws.reports import report_link
from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.visit import Visit

logger = Logger(service="bluegreen")

MOVES: Final = {"AwaitGreenLive": "green", "AwaitBlueLive": "blue"}
"""The stages that end when the CNAMEs are swapped, and who has the users then."""
BESIDE: Final = frozenset({"WatchApproval"})
"""States beside the release, which complete nothing of it."""
MAX_CAUSE_LENGTH: Final = 1_000


class Kind(StrEnum):
    """The detail types."""

    RELEASE_STARTED = "ReleaseStarted"
    STAGE_COMPLETED = "StageCompleted"
    APPROVAL_NEEDED = "ApprovalNeeded"
    USERS_MOVED = "UsersMoved"
    RELEASE_SUCCEEDED = "ReleaseSucceeded"
    RELEASE_FAILED = "ReleaseFailed"
    USERS_RETURNED = "UsersReturned"


def announce(kind: Kind, visit: Visit, release: Mapping[str, Any], **more: Any) -> None:
    """Send one event. `release`: application, blue, green, version and mode, as far as they are known."""
    known = {name: release.get(name) for name in ("application", "blue", "green", "version", "mode")}
    detail = {"execution": visit.execution, "redrives": visit.redrives, **known, **more}
    try:
        refusal = put_event(kind, detail, visit.execution)
    except (BotoCoreError, ClientError) as error:
        refusal = str(error)
    if refusal:
        logger.warning("an event was not sent", detail_type=kind, cause=refusal)


def announce_stage(visit: Visit, deployment: Deployment, seconds: float) -> None:
    """Send the events that the completion of a stage makes. A dry run makes none."""
    if deployment.dry_run or visit.state in BESIDE:
        return
    for kind, more in _events(visit.state, deployment, seconds):
        report = _report(visit) if kind == Kind.RELEASE_SUCCEEDED else {}
        announce(kind, visit, deployment.to_json(), **more, **report)


def announce_failure(visit: Visit, release: Mapping[str, Any], *, stage: str, error: str, cause: str) -> None:
    """Send the event of a failed release."""
    more = {"stage": stage, "error": error, "cause": cause[:MAX_CAUSE_LENGTH], **_report(visit)}
    announce(Kind.RELEASE_FAILED, visit, release, **more)


def _report(visit: Visit) -> dict[str, str]:
    link = report_link(visit.execution)
    return {"report": link} if link else {}


def _events(state: str, deployment: Deployment, seconds: float) -> Iterator[tuple[Kind, dict[str, Any]]]:
    if state == "Plan":
        yield Kind.RELEASE_STARTED, {}
    yield Kind.STAGE_COMPLETED, {"stage": state, "seconds": round(seconds, 1)}
    if state in MOVES:
        yield Kind.USERS_MOVED, {"to": MOVES[state]}
    if state == "VerifyRelease" and deployment.approval and deployment.mode != Mode.DEPLOY:
        yield Kind.APPROVAL_NEEDED, {"expires_after_seconds": deployment.approval_seconds}
    deployed = state == "VerifyRelease" and deployment.mode == Mode.DEPLOY
    unchanged = state == "Plan" and deployment.next_step == NextStep.NOTHING
    if state == "AwaitTermination" or deployed or unchanged:
        yield Kind.RELEASE_SUCCEEDED, {"served_by": "green" if deployed else "blue"}
