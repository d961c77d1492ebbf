"""An environment's events, and what they say about its last operation, its last deployment and its last swap."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import EventDescriptionTypeDef

CREATION_STARTS: Final = "createEnvironment is starting."
OPERATION_STARTS: Final = (
    "Environment update is starting.",
    CREATION_STARTS,
    "rebuildEnvironment is starting.",
)
OPERATION_ENDS: Final = (
    "Environment update completed successfully.",
    "Successfully launched environment",
    "rebuildEnvironment completed successfully.",
)
DEPLOYS: Final = ("Deploying new version", "New application version was deployed", "Failed to deploy application")
CONFIGURES: Final = re.compile(
    r"Updating environment .*'s configuration settings|Successfully deployed new configuration"
    r"|Failed to deploy configuration"
)
"""The words of an update of the version, and of the configuration. An update may be both.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-methods-after.html
"""
ABORT_STARTS: Final = "abortEnvironmentUpdate is starting."
TERMINATION_STARTS: Final = "terminateEnvironment is starting."
SWAP_STARTS: Final = "swapEnvironmentCNAMEs is starting."
SWAP_ENDS: Final = "Completed swapping CNAMEs"
HEALTH_CHANGE: Final = re.compile(
    r"Environment health has (?:transitioned(?: from \w+)? to (?P<status>\w+)|been set to (?P<colour>\w+))"
)
"""The first group of enhanced, the second of basic health reporting."""


@dataclass(frozen=True)
class Operation:
    """How the last launch or update went, by the events since it began.

    Neither the status nor the label tells: after a failed or an aborted update the environment is Ready, under the
    label of the version before, with what is on its instances unknown.
    """

    began: datetime | None
    """When the operation began: not later than the oldest event that is shown. None when no event is shown."""
    errors: tuple[str, ...]
    """The messages of its ERROR events, oldest first."""
    completed: bool
    """Whether an event says that the operation came to its end."""
    aborted: bool = False
    """Whether somebody aborted it."""
    deploys: bool = False
    """Whether an event says that a version is deployed."""
    configures: bool = False
    """Whether an event says that the configuration is changed."""
    terminated: bool = False
    """Whether somebody terminated the environment before the first ERROR event. After a failed launch, Elastic
    Beanstalk terminates the environment itself.
    """

    @classmethod
    def from_events(cls, events: "Iterable[EventDescriptionTypeDef]") -> Self:
        """`events`: all events since the operation began, oldest first."""
        began: datetime | None = None
        errors: list[str] = []
        completed = aborted = terminated = deploys = configures = False
        for event in events:
            message = event["Message"]
            began = began or event["EventDate"]
            completed = completed or message.startswith(OPERATION_ENDS)
            aborted = aborted or message.startswith(ABORT_STARTS)
            deploys = deploys or message.startswith(DEPLOYS)
            configures = configures or CONFIGURES.match(message) is not None
            terminated = terminated or (message.startswith(TERMINATION_STARTS) and not errors)
            if event["Severity"] in {"ERROR", "FATAL"}:
                errors.append(message)
        return cls(began, tuple(errors), completed, aborted, deploys, configures, terminated)

    @property
    def only_configures(self) -> bool:
        """Whether it changes the configuration and not the version."""
        return self.configures and not self.deploys

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end without an error."""
        return self.completed and not self.errors and not self.aborted


@dataclass(frozen=True)
class EventLog:
    """The latest events of one environment, read once."""

    last_operation: Operation
    last_deployment: Operation | None
    """The last launch or update of the version; None when the events do not reach back so far."""
    last_swap: datetime | None
    """When the environment's CNAME was last swapped; None when the events do not reach back so far."""
    last_swap_start: datetime | None
    """When a swap was last started; None when the events do not reach back so far."""
    empty: bool
    """Whether no event is shown. A role that may not see events gets an empty list, not an error."""
    health_changes: tuple[tuple[datetime, str], ...] = ()
    """When the health changed, and to what, newest first: statuses of enhanced, colours of basic reporting."""
    from_creation: bool = False
    """Whether the events reach back to the creation of the environment."""

    @classmethod
    def from_events(cls, events: "Sequence[EventDescriptionTypeDef]") -> Self:
        """Shape: the items of DescribeEvents, newest first."""
        return cls(
            last_operation=_last_operation(events),
            last_deployment=next((each for each in _operations(events) if not each.only_configures), None),
            last_swap=_newest(events, SWAP_ENDS),
            last_swap_start=_newest(events, SWAP_STARTS),
            from_creation=_newest(events, CREATION_STARTS) is not None,
            empty=not events,
            health_changes=tuple(_health_changes(events)),
        )

    @property
    def runs_label(self) -> bool:
        """Whether the instances run the version of the environment's label.

        After a failed deployment they may run another one, also when the configuration was changed since.
        """
        return self.last_deployment is not None and self.last_deployment.succeeded and self.last_operation.succeeded

    @property
    def unchanged_since_swap(self) -> bool:
        """Whether the environment is as it was when its CNAME was last swapped, with the version of its label."""
        began = self.last_operation.began
        return self.runs_label and self.last_swap is not None and (began is None or began < self.last_swap)

    @property
    def never_swapped(self) -> bool:
        """Whether the events show that the environment has the CNAME that it was created with."""
        return self.from_creation and self.last_swap_start is None and self.last_swap is None

    def unhealthy_since(self, healthy: Container[str]) -> datetime | None:
        """Return when the health left `healthy`, statuses and colours; None when the events do not show that."""
        since = None
        for date, health in self.health_changes:
            if health in healthy:
                break
            since = date
        return since


def _health_changes(events: "Sequence[EventDescriptionTypeDef]") -> Iterator[tuple[datetime, str]]:
    for event in events:
        if change := HEALTH_CHANGE.match(event["Message"]):
            yield event["EventDate"], change["status"] or change["colour"].capitalize()


def _newest(events: "Sequence[EventDescriptionTypeDef]", *starts: str) -> datetime | None:
    return next((event["EventDate"] for event in events if event["Message"].startswith(starts)), None)


def _last_operation(events: "Sequence[EventDescriptionTypeDef]") -> Operation:
    if operation := next(_operations(events), None):
        return operation
    # The operation began long ago, so it is complete. An empty list proves nothing.
    return replace(Operation.from_events(events[::-1]), completed=bool(events))


def _operations(events: "Sequence[EventDescriptionTypeDef]") -> Iterator[Operation]:
    """Yield the operations whose begin is shown, newest first."""
    newer = None
    for number, event in enumerate(events):
        if event["Message"].startswith(OPERATION_STARTS):
            yield Operation.from_events(events[number:newer:-1])
            newer = number
