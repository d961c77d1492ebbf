"""The data that the states of a fleet pass on: the releases, their waves and their outcomes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final, Self

LOGGED_AS: Final = "fleet"
"""Stands for the application in the log and the metrics of the states of a fleet."""
RELEASE_PREFIX: Final = "fleet-"
"""The first part of the names of the releases' executions."""
MAX_REASON_LENGTH: Final = 300
MAX_REASONS: Final = 20
"""The failed releases whose reason is kept. State has 256 KiB for all releases."""


class ReleaseProgress(StrEnum):
    """What is known of one release of a fleet."""

    LEFT = "left"  # it has not begun
    UNCHANGED = "unchanged"  # blue ran the version already
    RELEASED = "released"  # its execution SUCCEEDED
    FAILED = "failed"


class FleetStep(StrEnum):
    """Where the state machine goes next."""

    RELEASE = "release"  # the next group of the wave
    WAVE = "wave"  # the wave has ended, and another one follows
    APPROVE = "approve"  # the same, if a person says so
    STOP = "stop"  # too many releases failed, or all have ended and some failed
    DONE = "done"  # nothing is left
    PLANNED = "planned"  # a dry run


@dataclass(frozen=True)
class FleetRelease:
    """One release. `request`: its own keys, without those that all have in common. `number`: from 1."""

    number: int
    wave: int
    request: Mapping[str, Any]
    state: ReleaseProgress = ReleaseProgress.LEFT
    reason: str = ""
    """Why it failed."""
    execution: str = ""
    """The name of the execution that failed."""

    @property
    def name(self) -> str:
        """The application and the environment, for people."""
        return f"{self.request['application']}/{self.request['blue']}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """`data`: as `to_json` returned it."""
        return cls(**{**data, "state": ReleaseProgress(data.get("state", ReleaseProgress.LEFT))})

    def to_json(self) -> dict[str, Any]:
        """Return the fields, without empty ones."""
        return {key: value for key, value in asdict(self).items() if value != ""}


@dataclass(frozen=True)
class Fleet:
    """A fleet under way. `digest` stands for its execution in the names of its releases' executions."""

    name: str
    digest: str
    common: Mapping[str, Any]
    releases: tuple[FleetRelease, ...]
    at_once: int
    stop_after_failures: int
    between_waves_seconds: int
    approval: bool
    approval_seconds: int
    next_step: FleetStep = FleetStep.RELEASE
    left_out: tuple[str, ...] = ()
    """Environments that a selection matched and that cannot be released, each with the reason."""
    notice: Mapping[str, str] = field(default_factory=dict)
    """The message about the last wave: {"subject", "message"}."""

    @property
    def waves(self) -> int:
        """How many waves there are."""
        return max((each.wave for each in self.releases), default=0)

    @property
    def wave(self) -> int:
        """The first wave with releases that are left; the last wave when none are."""
        return min((each.wave for each in self.in_state(ReleaseProgress.LEFT)), default=self.waves)

    @property
    def group(self) -> list[FleetRelease]:
        """The releases that begin together: of the wave, at most `at_once`."""
        left = [each for each in self.in_state(ReleaseProgress.LEFT) if each.wave == self.wave]
        return left[: self.at_once]

    def in_state(self, *states: ReleaseProgress) -> list[FleetRelease]:
        """Return the releases in one of these states."""
        return [each for each in self.releases if each.state in states]

    @property
    def state_bytes(self) -> int:
        """The most bytes that the fleet takes in a state before anything is known of its releases."""
        sizes = sorted((len(json.dumps(each.to_json())) for each in self.releases), reverse=True)
        return len(json.dumps({**self.to_json(), "group": []})) + sum(sizes[: self.at_once])

    def with_releases(self, changed: Iterable[FleetRelease]) -> Self:
        """Return the fleet with these releases in place of those with the same numbers."""
        by_number = {each.number: each for each in changed}
        return replace(self, releases=tuple(by_number.get(each.number, each) for each in self.releases))

    def execution_name(self, release: FleetRelease) -> str:
        """Return the name of the release's executions, without the number of the attempt. 68 characters at most."""
        return f"{RELEASE_PREFIX}{self.digest}-{release.number}-{release.request['blue']}"

    def result(self) -> dict[str, Any]:
        """Return the releases by state, for people; in a dry run, by wave."""
        if self.next_step == FleetStep.PLANNED:
            waves = [[each.name for each in self.releases if each.wave == wave + 1] for wave in range(self.waves)]
            unchanged = [each.name for each in self.in_state(ReleaseProgress.UNCHANGED)]
            return {"status": "planned", "waves": waves, "unchanged": unchanged, "left_out": list(self.left_out)}
        named = {state.value: [each.name for each in self.in_state(state)] for state in ReleaseProgress}
        named["not_begun"] = named.pop("left")
        return {"status": "released" if self.next_step == FleetStep.DONE else str(self.next_step), **named}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """`data`: as `to_json` returned it, maybe of an older version of this class."""
        known = {each.name for each in fields(cls)}
        return cls(
            **{
                **{key: value for key, value in data.items() if key in known},
                "releases": tuple(map(FleetRelease.from_json, data["releases"])),
                "next_step": FleetStep(data["next_step"]),
                "left_out": tuple(data.get("left_out", ())),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fields, and what the states read beside them: `group`, the items of the Map, and `result`."""
        begins = self.next_step in {FleetStep.RELEASE, FleetStep.WAVE, FleetStep.APPROVE}
        group = [
            {"number": each.number, "name": self.execution_name(each), "request": each.request}
            for each in (self.group if begins else ())
        ]
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **own,
            "releases": [each.to_json() for each in self.releases],
            "left_out": list(self.left_out),
            "group": group,
            "result": {} if begins else self.result(),
        }
