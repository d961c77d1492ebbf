"""An environment's events, and what they say about its last operation and its last swap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import EventDescriptionTypeDef

OPERATION_STARTS: Final = ("Environment update is starting.", "createEnvironment is starting.")
OPERATION_ENDS: Final = ("Environment update completed successfully.", "Successfully launched environment")
SWAP_ENDS: Final = "Completed swapping CNAMEs"


@dataclass(frozen=True)
class Operation:
    """How a launch or an update went: its ERROR events, oldest first, and whether it came to its end."""

    errors: tuple[str, ...]
    completed: bool

    @property
    def succeeded(self) -> bool:
        """Whether the environment runs the version of its label."""
        return self.completed and not self.errors


@dataclass(frozen=True)
class EventLog:
    """The latest events of one environment, read once."""

    last_operation: Operation
    """How the last launch or update went, by the events since it began.

    Neither the status nor the label tells: after a failed or an aborted update the environment is Ready, under the
    label of the version before, with what is on its instances unknown.
    """
    last_swap: datetime | None
    """When the environment's CNAME was last swapped; None when the events do not reach back so far."""

    @classmethod
    def from_events(cls, events: "Sequence[EventDescriptionTypeDef]") -> Self:
        """Shape: the items of DescribeEvents, newest first."""
        swaps = (event["EventDate"] for event in events if event["Message"].startswith(SWAP_ENDS))
        return cls(_last_operation(events), next(swaps, None))


def _last_operation(events: "Sequence[EventDescriptionTypeDef]") -> Operation:
    errors: list[str] = []
    completed = False
    for event in events:
        if event["Message"].startswith(OPERATION_STARTS):
            return Operation(tuple(reversed(errors)), completed)
        completed = completed or event["Message"].startswith(OPERATION_ENDS)
        if event["Severity"] in {"ERROR", "FATAL"}:
            errors.append(event["Message"])
    # The operation began long ago, so it is complete. A role that may not see events gets an empty list, not an error.
    return Operation(tuple(reversed(errors)), completed=bool(events))
