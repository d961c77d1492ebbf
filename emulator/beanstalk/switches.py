"""Switches: how the service behaves where public logs of AWS disagree."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum


class FailedLaunchEnd(StrEnum):
    """How a launch ends whose command fails on an instance. One that fails before ends Terminated in any case."""

    READY = "ready"
    """Ready, with ERROR events and Red."""
    TERMINATED = "terminated"
    """As with the option RollbackLaunchOnFailure."""


class LaunchedHealth(StrEnum):
    """The health of an environment when its launch has just ended well."""

    OK = "ok"
    """Ok or Green, some seconds before `Successfully launched environment`."""
    PENDING = "pending"
    """Pending, then Ok or Green while the environment is Ready."""


class LabelDuringUpdate(StrEnum):
    """Which version label DescribeEnvironments shows during a deployment. UpdateEnvironment answers the new one."""

    NEW = "new"
    OLD = "old"


class OutsideDates(StrEnum):
    """In which time Elastic Beanstalk reads and writes dates for clients outside the account's functions."""

    ACCOUNT = "account"
    MACHINE = "machine"
    """This machine's, for clients that send their own time."""


@dataclass
class Switches:
    """The switches of an account. May be changed at any time."""

    failed_launch: FailedLaunchEnd = FailedLaunchEnd.READY
    launched_health: LaunchedHealth = LaunchedHealth.OK
    label_during_update: LabelDuringUpdate = LabelDuringUpdate.NEW
    outside_dates: OutsideDates = OutsideDates.ACCOUNT

    def set(self, changes: Mapping[str, str]) -> None:
        """Change switches by name. Raises ValueError for an unknown name or value, and changes nothing then."""
        known: dict[str, type[StrEnum]] = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        if unknown := sorted(set(changes) - set(known)):
            raise ValueError(f"There is no switch {', '.join(unknown)}; there are {', '.join(known)}.")
        chosen = {name: known[name](value) for name, value in changes.items()}
        for name, value in chosen.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, str]:
        """Return every switch by name."""
        return asdict(self)
