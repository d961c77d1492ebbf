"""A shop on the stage: an application of its own, its releases and its users."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.execution import Outcome, StateVisit
from rehearsal.traffic import Request, Traffic, failures

if TYPE_CHECKING:
    from tests.support.testbed import Testbed

REQUESTS_PER_SECOND = 15.0
FAILURE_BRANCH = ("KeepGreenLive", "NotifyFailure", "HoldForRedrive")
SOON = {"drain_seconds": 45, "bake_seconds": 45}
"""Longer than a DNS answer lives in the testbed, and not longer than it takes."""


@dataclass(frozen=True)
class Release:
    """What came of an execution. `visits`: those since its last redrive."""

    arn: str
    outcome: Outcome
    visits: list[StateVisit]

    @property
    def status(self) -> str:
        return self.outcome.status

    @property
    def error(self) -> str | None:
        return self.outcome.error

    @property
    def cause(self) -> str:
        """The words of the exception."""
        cause = self.outcome.cause or ""
        return str(json.loads(cause)["errorMessage"]) if cause.startswith("{") else cause

    @property
    def states(self) -> list[str]:
        """The stages that were entered, in their order, the failure branch apart."""
        return [visit.name for visit in self.visits if visit.is_stage and visit.name not in FAILURE_BRANCH]

    @property
    def failed_in(self) -> str:
        """The stage in front of the failure branch."""
        names = [visit.name for visit in self.visits if visit.is_stage]
        assert tuple(names[-3:]) == FAILURE_BRANCH, f"a failed execution ends with its failure branch, not {names}"
        return self.states[-1]

    def entered(self, state: str) -> datetime:
        """When it entered a state for the first time, by the account's clock."""
        return next(visit.entered for visit in self.visits if visit.name == state)

    @property
    def seconds(self) -> dict[str, float]:
        """Account seconds spent in each state."""
        return {
            visit.name: (visit.exited - visit.entered).total_seconds()
            for visit in self.visits
            if visit.exited is not None
        }


@dataclass
class Users:
    """What users met with."""

    traffic: Traffic

    @property
    def requests(self) -> list[Request]:
        return self.traffic.requests

    @property
    def failed(self) -> list[Request]:
        return failures(self.requests)

    @property
    def served_by(self) -> list[str]:
        """Who answered, each named once, in the order of the first answers."""
        return list(dict.fromkeys(request.answered_by for request in self.requests if request.answered_by))

    @property
    def last_served_by(self) -> list[str]:
        """Who answered the latest requests, and why not, where one of them failed."""
        return list(dict.fromkeys(request.failure or str(request.answered_by) for request in self.requests[-10:]))

    def failed_since(self, at: float) -> list[Request]:
        """Those that failed at or after that moment (real epoch seconds)."""
        return failures(self.traffic.since(at))


@dataclass
class Shop:
    """An application of its own with v1 live on `<name>-prod` and v2 registered."""

    testbed: "Testbed"
    name: str
    cname: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def blue(self) -> str:
        return f"{self.name}-prod"

    @property
    def green(self) -> str:
        return f"{self.name}-prod-green"

    # --- releases

    def start(self, version: str | None = "v2", **request: Any) -> str:
        """Start an execution and return its ARN."""
        named = {"version": version} if version else {}
        document = {"application": self.name, "blue": self.blue, **named, **SOON, **request}
        arn: str = self.testbed.states.start_execution(
            stateMachineArn=self.testbed.machine,
            name=f"{self.name}-{next(self._numbers)}",
            input=json.dumps(document),
        )["executionArn"]
        return arn

    def release(self, version: str | None = "v2", **request: Any) -> Release:
        """Start an execution and follow it to its end."""
        return self.testbed.follow(self.start(version, **request))

    def started(self, state: str, version: str | None = "v2", **request: Any) -> str:
        """Start an execution and return its ARN as soon as it is in that state."""
        arn = self.start(version, **request)
        self.testbed.until_in(arn, state)
        return arn

    # --- what stands

    def environment(self, name: str) -> dict[str, Any]:
        """The standing environment of that name, as Elastic Beanstalk describes it."""
        (found,) = self.testbed.beanstalk.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)[
            "Environments"
        ]
        return dict(found)

    def environments(self) -> list[str]:
        """The names of what stands, without what is on its way out."""
        return [each["EnvironmentName"] for each in self._standing()]

    def _standing(self) -> list[dict[str, Any]]:
        found = self.testbed.beanstalk.describe_environments(ApplicationName=self.name, IncludeDeleted=False)
        standing = [each for each in found["Environments"] if each["Status"] != "Terminating"]
        return sorted(standing, key=lambda each: str(each["EnvironmentName"]))

    def configurations(self) -> list[str]:
        """The application's saved configurations."""
        found = self.testbed.beanstalk.describe_applications(ApplicationNames=[self.name])["Applications"]
        return list(found[0]["ConfigurationTemplates"])

    @property
    def stands(self) -> dict[str, str]:
        """The version of each environment; and whatever else a release should have removed."""
        standing = {each["EnvironmentName"]: str(each.get("VersionLabel")) for each in self._standing()}
        return standing | dict.fromkeys(self.configurations(), "a saved configuration")

    @property
    def serves(self) -> list[str]:
        """The version at the production CNAME; none, or two, would be a wonder."""
        return [str(each.get("VersionLabel")) for each in self._standing() if each["CNAME"] == self.cname]

    # --- what is brought in from outside

    def register(self, version: str, sample: str | None = None, *, wait: bool = True) -> None:
        """A version made of the sample of that name, by default the version's own."""
        location = self.testbed.upload(f"{self.name}/{version}.zip", self.testbed.bundle(sample or version))
        self.testbed.beanstalk.create_application_version(
            ApplicationName=self.name, VersionLabel=version, SourceBundle=location, Process=True
        )
        if wait:
            self.testbed.until(lambda: self.status_of(version) == "PROCESSED", f"{version} to be processed")

    def status_of(self, version: str) -> str:
        found = self.testbed.beanstalk.describe_application_versions(
            ApplicationName=self.name, VersionLabels=[version]
        )["ApplicationVersions"]
        return str(found[0]["Status"])

    def launch(self, name: str, version: str | None = "v1", *options: Any, **more: Any) -> None:
        """An environment, until it is healthy; without a version, with Elastic Beanstalk's sample application."""
        self.testbed.beanstalk.create_environment(
            ApplicationName=self.name,
            EnvironmentName=name,
            **({"VersionLabel": version} if version else {}),
            SolutionStackName=self.testbed.platform,
            OptionSettings=list(options),
            **more,
        )
        self.until_healthy(name)

    def deploy(self, name: str, version: str) -> None:
        """A deployment by hand, until its end."""
        self.testbed.beanstalk.update_environment(EnvironmentName=name, VersionLabel=version)
        self.until_ready(name)

    def swap_by_hand(self) -> None:
        self.testbed.beanstalk.swap_environment_cnames(
            SourceEnvironmentName=self.blue, DestinationEnvironmentName=self.green
        )
        self.testbed.until(
            lambda: {self.environment(each)["Status"] for each in (self.blue, self.green)} == {"Ready"},
            "the swap to end",
        )

    def until_ready(self, name: str) -> None:
        self.testbed.until(lambda: self.environment(name)["Status"] == "Ready", f"{name} to be Ready")

    def until_healthy(self, name: str) -> None:
        self.testbed.until(lambda: self.environment(name)["Health"] == "Green", f"{name} to be Green")

    @contextmanager
    def users(self) -> Iterator[Users]:
        """Traffic on the production CNAME while the block runs."""
        with Traffic(
            self.cname, self.testbed.control.resolve, users=5, requests_per_second=REQUESTS_PER_SECOND
        ) as traffic:
            yield Users(traffic)
            time.sleep(0.5)  # they go on asking, as users do
