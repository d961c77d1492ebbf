"""An environment's hosting in memory: the application answers as its bundle says, or as a caller says."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from emulator.beanstalk import source_bundle
from emulator.beanstalk.hosting.hosting import WEB_LOG

BEHAVIOUR_FILE = "behaviour.json"
"""The file in a bundle that says how its application behaves in memory; see Behaviour."""
NO_PORT = 1
"""The port of a load balancer in memory. Its name resolves, but nothing listens there."""


@dataclass(frozen=True)
class Behaviour:
    """How an application behaves.

    `status`: the HTTP status that it answers. `by_path`: other statuses by path. `dies`: it ends at its start, and
    writes this text.
    """

    status: int = 200
    by_path: Mapping[str, int] = field(default_factory=dict)
    dies: str | None = None

    @classmethod
    def from_bundle(cls, source: bytes) -> Self:
        """Return the behaviour in a bundle's `behaviour.json`. Without the file, the application answers 200."""
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if BEHAVIOUR_FILE not in archive.namelist():
                return cls()
            document: dict[str, Any] = json.loads(archive.read(BEHAVIOUR_FILE))
            return cls(**document)


class InMemoryHosting:
    """The load balancer and the application of one environment; see Hosting.

    `order`: the HTTP status that the application answers from now on; None lets its bundle decide.
    """

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self.running_label: str | None = None
        self.in_service = False
        self.order: int | None = None
        self.port: int | None = None
        self._behaviour: Behaviour | None = None

    def open(self) -> None:
        self.port = NO_PORT

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:  # noqa: ARG002
        self.in_service = False
        self.running_label = label
        self._behaviour = None
        source_bundle.check(source)
        self._behaviour = Behaviour.from_bundle(source)

    def running(self) -> bool:
        return self._behaviour is not None and self._behaviour.dies is None

    def probe(self, path: str) -> int | None:
        if self._behaviour is None or self._behaviour.dies is not None:
            return None
        return self.order or self._behaviour.by_path.get(path, self._behaviour.status)

    def log_tail(self) -> str:
        return (self._behaviour and self._behaviour.dies) or ""

    def logs(self) -> dict[str, str]:
        return {WEB_LOG: self.log_tail()}

    def answer(self, path: str) -> int:
        """Return the HTTP status that a user gets from the load balancer."""
        status = self.probe(path) if self.in_service else None
        return status if status is not None else 503

    def tear_down(self) -> None:
        self.in_service = False
        self.port = None
        self._behaviour = None

    def close(self) -> None:
        self.tear_down()
