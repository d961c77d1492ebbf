"""An environment's instance in memory: it answers as its bundle says, and as a caller orders."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from emulator.beanstalk.source_bundle import check

BEHAVIOUR_FILE = "behaviour.json"
NO_PORT = 1
"""A name resolves while its environment has a load balancer, but nothing listens in memory."""


@dataclass(frozen=True)
class Behaviour:
    """What an application does: the status it answers, by path where one is named; `dies` with these last words."""

    status: int = 200
    by_path: Mapping[str, int] = field(default_factory=dict)
    dies: str | None = None

    @classmethod
    def of(cls, source: bytes) -> Self:
        """Read a bundle's `behaviour.json`; a bundle without one answers 200."""
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if BEHAVIOUR_FILE not in archive.namelist():
                return cls()
            document: dict[str, Any] = json.loads(archive.read(BEHAVIOUR_FILE))
            return cls(**document)


class InMemoryHosting:
    """The load balancer and the application of one environment. `order` overrides what the application answers."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self.running_label: str | None = None
        self.in_service = False
        self.order: int | None = None
        """The status to answer, whatever the application would say; None lets the application answer."""
        self.port: int | None = None
        self._behaviour: Behaviour | None = None

    def open(self) -> None:
        self.port = NO_PORT

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:  # noqa: ARG002
        self.in_service = False
        self.running_label = label
        self._behaviour = None
        check(source)
        self._behaviour = Behaviour.of(source)

    def running(self) -> bool:
        return self._behaviour is not None and self._behaviour.dies is None

    def probe(self, path: str) -> int | None:
        if self._behaviour is None or self._behaviour.dies is not None:
            return None
        return self.order or self._behaviour.by_path.get(path, self._behaviour.status)

    def log_tail(self) -> str:
        return (self._behaviour and self._behaviour.dies) or ""

    def answer(self, path: str) -> int:
        """Return the status that a user gets from the load balancer."""
        status = self.probe(path) if self.in_service else None
        return status if status is not None else 503

    def tear_down(self) -> None:
        self.in_service = False
        self.port = None
        self._behaviour = None

    def close(self) -> None:
        self.tear_down()
