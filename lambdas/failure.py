"""A failed stage, and the notification about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lambdas.advice import advice, redrive_helps
from lambdas.console import command, console_link
from lambdas.deployment import Deployment

MAX_SUBJECT_LENGTH = 100  # Amazon SNS allows no more, and ASCII only
MAX_SENTENCE_LENGTH = 2_000  # causes and events are quotes, of any length
MAX_CAUSE_LENGTH = 480  # about five lines; the console has the rest
MAX_EVENTS, MAX_EVENT_LENGTH = 5, 400
MAX_LACKS = 5


@dataclass(frozen=True)
class Failure:
    """The error of a stage, as its Catch kept it."""

    state: str
    error: str
    cause: str
    redrives: int
    """The number of redrives before the failure."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """`data`: {"State", "Error", "Cause", "RedriveCount"}, as the Catch assigns it."""
        return cls(data["State"], data["Error"], data["Cause"], data["RedriveCount"])

    @property
    def message(self) -> str:
        """The words of the cause, in one line. A function's cause is a JSON object with the words inside."""
        try:
            cause = json.loads(self.cause)
        except (ValueError, RecursionError):
            cause = None
        words = cause.get("errorMessage", self.cause) if isinstance(cause, dict) else self.cause
        return one_line(str(words), MAX_SENTENCE_LENGTH)

    @property
    def name(self) -> str:
        """The error's name, in the form of a class name."""
        return one_line(self.error, MAX_SENTENCE_LENGTH) or "Unknown"


@dataclass(frozen=True)
class Outcome:
    """What KeepGreenLive found and did, in sentences; None where there is nothing to say."""

    served_by: str
    done: str | None = None
    left_over: str | None = None
    events: Sequence[str] = ()


def notification(
    failure: Failure, outcome: Outcome, deployment: Deployment | None, execution: str, report: str | None = None
) -> dict[str, str]:
    """Return {"subject", "message"}: what failed, who serves users, what to do, then the cause in a few lines.

    `report`: the URL of the release's report, which is written after the end.
    """
    release = f"release of {deployment.version} onto {deployment.blue}" if deployment else "release"
    said = {"Users are served by": outcome.served_by, "Done about it": outcome.done, "Left over": outcome.left_over}
    lines = [f"{what}: {one_line(words, MAX_SENTENCE_LENGTH)}" for what, words in said.items() if words]
    lines += ["", f"What to do: {advice(failure.name)}", ""]
    if redrive_helps(failure.name):
        lines.append(command("redrive-execution", execution))
    lines.append(f"  {console_link(execution)}")
    lines += [f"  The report, a moment after the end: {report}"] if report else []
    # Quotes come last, so that they cannot pass for instructions of this tool.
    cause = cut(failure.message, MAX_CAUSE_LENGTH)
    lines += ["", f"Why: {failure.name}: {cause}"]
    lacks = deployment.not_cloned[:MAX_LACKS] if deployment else ()
    lines += [f"Green does not bring: {one_line(words, MAX_SENTENCE_LENGTH)}" for words in lacks]
    told = [event for event in outcome.events if event.partition(": ")[2] not in cause]
    lines += ["", "Elastic Beanstalk says, in words of its own and of the application:"] if told else []
    lines += [f"  > {one_line(event, MAX_EVENT_LENGTH)}" for event in told[:MAX_EVENTS]]
    return notice(f"The {release} failed in {failure.state}", lines)


def notice(subject: str, lines: Sequence[str]) -> dict[str, str]:
    """Return {"subject", "message"} as SNS takes them. The subject is the first line of the message, too."""
    subject = one_line(subject, MAX_SUBJECT_LENGTH)
    return {
        "subject": subject.encode("ascii", "replace").decode(),
        "message": "\n".join([f"{subject}.", "", *lines]),
    }


def cut(text: str, longest: int) -> str:
    """Return the text without its middle if it is too long: a trace tells most at its end."""
    return text if len(text) <= longest else f"{text[: longest // 2]} ... {text[-longest // 2 :]}"


def one_line(text: str, longest: int) -> str:
    """Return quoted text as one line of printable characters, so that it cannot pass for a part of a message."""
    words = " ".join(text[: 2 * longest].split())
    return "".join(each if each.isprintable() else "?" for each in words)[:longest]
