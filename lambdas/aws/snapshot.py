"""One look at all environments of an account and region, which all executions share: lambdas/shared_look.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Self

from lambdas.aws.environment import Environment

NEVER: Final = datetime.min.replace(tzinfo=UTC)
DATES: Final = ("created", "updated")
NAMES: Final = tuple(each.name for each in fields(Environment))


@dataclass(frozen=True)
class Snapshot:
    """The environments as they were at `made`, and who looks next."""

    environments: Mapping[str, Environment] = field(default_factory=dict)
    """By id."""
    made: datetime = NEVER
    """When the call began that shows them."""
    complete: bool = False
    """Whether these are all environments."""
    claimed: datetime | None = None
    """When an execution began to look, which has not written yet what it saw. It may have died."""
    quiet_until: datetime = NEVER
    """Before that, no execution looks: one does so now, or Elastic Beanstalk throttles."""
    throttled: int = 0
    """How often Elastic Beanstalk has throttled the look since `made`."""
    etag: str | None = None
    """The ETag of the object that was read; None when there is none."""

    @classmethod
    def from_json(cls, text: bytes, etag: str) -> Self:
        """Return the snapshot in `text`, an empty one when it is not in this tool's form: it is replaced then."""
        try:
            data = json.loads(text)
            return cls(
                {each["id"]: _environment(each) for each in data["environments"]},
                _moment(data["made"]),
                data["complete"] is True,
                _moment(data["claimed"]) if data["claimed"] else None,
                _moment(data["quiet_until"]),
                int(data["throttled"]),
                etag,
            )
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return cls(etag=etag)

    def to_json(self) -> bytes:
        """Return it as the object has it."""
        data: dict[str, Any] = {
            "made": self.made.isoformat(),
            "complete": self.complete,
            "claimed": self.claimed.isoformat() if self.claimed else None,
            "quiet_until": self.quiet_until.isoformat(),
            "throttled": self.throttled,
            "environments": [
                {name: value for name, value in vars(each).items() if name not in DATES}
                | {name: getattr(each, name).isoformat() for name in DATES}
                for each in self.environments.values()
            ],
        }
        return json.dumps(data, separators=(",", ":")).encode()

    def age(self, now: datetime) -> float:
        """Return its age in seconds."""
        return (now - self.made).total_seconds()


def _environment(data: Mapping[str, Any]) -> Environment:
    dates = {name: _moment(data[name]) for name in DATES}
    return Environment(**{name: data[name] for name in NAMES} | dates)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"Expected a time with its zone, found {text}.")
    return moment
