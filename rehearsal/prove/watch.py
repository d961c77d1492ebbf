"""Watches the environments of a run, and keeps each change that DescribeEnvironments shows."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError


@dataclass(frozen=True)
class EnvironmentSample:
    """An environment as one look showed it, at the account's time; `health_status` is None under basic reporting."""

    at: datetime
    name: str
    id: str
    status: str
    health: str
    health_status: str | None
    label: str | None
    cname: str | None
    endpoint: str | None

    @property
    def shown(self) -> tuple[str | None, ...]:
        """All but the time."""
        return (
            self.name, self.id, self.status, self.health, self.health_status, self.label, self.cname, self.endpoint
        )  # fmt: skip


class EnvironmentWatch:
    """Looks at the environments on a thread of its own, from entering the context to leaving it.

    `look`: returns the environments. `moment`: returns the account's time at a real epoch second.
    """

    def __init__(
        self, look: Callable[[], list[dict[str, Any]]], moment: Callable[[float], datetime], poll_seconds: float
    ) -> None:
        self._look = look
        self._moment = moment
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="environment-watch", daemon=True)
        self.samples: list[EnvironmentSample] = []
        """A sample for each change, in the order of the looks."""
        self.failed_looks: list[str] = []
        """The errors of looks that were not answered, such as Throttling."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        latest: dict[str, EnvironmentSample] = {}
        while not self._stopping.wait(self._poll_seconds):
            try:
                found, at = self._look(), self._moment(time.time())
            except (BotoCoreError, ClientError) as error:
                self.failed_looks.append(str(error))
                continue
            for environment in found:
                sample = _sample(environment, at)
                if sample.id not in latest or latest[sample.id].shown != sample.shown:
                    self.samples.append(sample)
                latest[sample.id] = sample


def _sample(environment: dict[str, Any], at: datetime) -> EnvironmentSample:
    return EnvironmentSample(
        at=at,
        name=environment["EnvironmentName"],
        id=environment["EnvironmentId"],
        status=environment["Status"],
        health=environment["Health"],
        health_status=environment.get("HealthStatus"),
        label=environment.get("VersionLabel"),
        cname=environment.get("CNAME"),
        endpoint=environment.get("EndpointURL"),
    )
