"""Where in a schedule calls are made."""

from dataclasses import dataclass
from typing import Final

READS: Final = ("Describe", "List", "Check")
SERVICES: Final = {"elastic-beanstalk": "elasticbeanstalk", "auto-scaling": "autoscaling"}
"""Their names in URLs and in answers, by those in botocore's events."""


@dataclass(frozen=True)
class Site:
    """A call of a schedule: its number, and where it is made. `state` is empty outside of executions."""

    point: int
    state: str
    service: str
    action: str

    def __str__(self) -> str:
        return f"{self.state} {self.service}.{self.action}"

    @property
    def reads_beanstalk(self) -> bool:
        """Whether the call reads Elastic Beanstalk or Auto Scaling: its answer may be stale."""
        return self.service in SERVICES and self.action.startswith(READS)

    @property
    def changes(self) -> bool:
        """Whether the call may change something in the account. A GET counts: it is the turn of the next instance."""
        return self.service == "http" or not (self.service == "sns" or self.action.startswith((*READS, "Get", "Head")))
