"""The shop of a scenario: an application of its own, its releases and its traffic."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.account import samples
from rehearsal.account.shop import Shop
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.traffic import Traffic
from rehearsal.wait import until

if TYPE_CHECKING:
    from tests.support.testbed import ScenarioTestbed

REQUESTS_PER_SECOND = 15.0
FAILURE_BRANCH = ("KeepGreenLive", "NotifyFailure", "HoldForRedrive")
BESIDE_APPROVAL = ("WatchApproval", "TellApprovers")
SOON = {"drain_seconds": 45, "bake_seconds": 45}
"""Longer than the DNS TTL of the testbed, and no longer than needed."""


@dataclass(frozen=True)
class FinishedRelease:
    """An execution that has ended. `visits`: those since its last redrive."""

    arn: str
    outcome: ExecutionOutcome
    visits: list[StateVisit]

    @property
    def status(self) -> str:
        return self.outcome.status

    @property
    def error(self) -> str | None:
        return self.outcome.error

    @property
    def cause(self) -> str:
        """The message of the error."""
        cause = self.outcome.cause or ""
        return str(json.loads(cause)["errorMessage"]) if cause.startswith("{") else cause

    @property
    def states(self) -> list[str]:
        """The stages that were entered, in their order, without the failure branch and the watch of an approval."""
        others = FAILURE_BRANCH + BESIDE_APPROVAL
        return [visit.name for visit in self.visits if visit.is_stage and visit.name not in others]

    @property
    def failed_in(self) -> str:
        """The stage before the failure branch."""
        names = [visit.name for visit in self.visits if visit.is_stage]
        assert tuple(names[-3:]) == FAILURE_BRANCH, f"expected a failed execution to end with {FAILURE_BRANCH}: {names}"
        return self.states[-1]

    def entered(self, state: str) -> datetime:
        """Return the account time at which a state was first entered."""
        return next(visit.entered for visit in self.visits if visit.name == state)

    @property
    def seconds(self) -> dict[str, float]:
        """Account seconds in each state."""
        return {
            visit.name: (visit.exited - visit.entered).total_seconds()
            for visit in self.visits
            if visit.exited is not None
        }


class ScenarioShop(Shop):
    """A shop with its releases and traffic. In most scenarios v1 is live on `<name>-prod`, and v2 is registered."""

    def __init__(self, testbed: "ScenarioTestbed", name: str, bucket: str | None = None) -> None:
        super().__init__(testbed.beanstalk, testbed.s3, name, bucket or testbed.artifacts)
        self.testbed = testbed
        self._numbers = itertools.count(1)

    # --- releases

    def start(self, version: str | None = "v2", **request: Any) -> str:
        """Start an execution and return its ARN."""
        named = {"version": version} if version else {}
        document = {"application": self.name, "blue": self.blue, **named, **SOON, **request}
        return self.testbed.start(f"{self.name}-{next(self._numbers)}", document)

    def release(self, version: str | None = "v2", **request: Any) -> FinishedRelease:
        """Start an execution and return it when it has ended."""
        return self.testbed.follow(self.start(version, **request))

    def started(self, state: str, version: str | None = "v2", **request: Any) -> str:
        """Start an execution and return its ARN when it is in that state."""
        arn = self.start(version, **request)
        self.testbed.until_in(arn, state)
        return arn

    @contextmanager
    def traffic(self) -> Iterator[Traffic]:
        """Send traffic to the production CNAME while the block runs, and half a second longer."""
        with Traffic(
            self.cname, self.testbed.control.resolve, clients=5, requests_per_second=REQUESTS_PER_SECOND
        ) as traffic:
            yield traffic
            time.sleep(0.5)

    # --- what there is

    def environments(self) -> list[str]:
        """Return the names of the environments, without those that are Terminating."""
        return [each["EnvironmentName"] for each in self._standing()]

    def _standing(self) -> list[dict[str, Any]]:
        return [each for each in self.describe_environments() if each["Status"] != "Terminating"]

    @property
    def versions(self) -> dict[str, str]:
        """The version of each environment; and saved configurations, which a release should have deleted."""
        found = {each["EnvironmentName"]: str(each.get("VersionLabel")) for each in self._standing()}
        return found | dict.fromkeys(self.saved_configurations(), "a saved configuration")

    @property
    def live_versions(self) -> list[str]:
        """The version at the production CNAME, as a list, since a mistake could leave none or two."""
        return [str(each.get("VersionLabel")) for each in self._standing() if each["CNAME"] == self.cname]

    # --- changes

    def register(self, version: str, sample: str | None = None) -> None:
        """Register a sample bundle as a version, by default the sample of the same name."""
        self.register_bundle(version, sample_bundle(sample or version))
        self.until_processed(version)

    def deploy(self, name: str, version: str) -> None:
        """Deploy a version to an environment, as a person does, and wait until the environment is Ready."""
        self._beanstalk.update_environment(EnvironmentName=name, VersionLabel=version)
        self.until_ready(name)

    def group(self) -> dict[str, Any]:
        """Return the Auto Scaling group of blue."""
        tag = {"Name": "tag:elasticbeanstalk:environment-name", "Values": [self.blue]}
        found: list[dict[str, Any]] = self.testbed.autoscaling.describe_auto_scaling_groups(Filters=[tag])[
            "AutoScalingGroups"
        ]
        return found[0]

    def resize(self, number: int) -> None:
        """Let blue have so many instances, as its trigger does by load."""
        name = self.group()["AutoScalingGroupName"]
        self.testbed.autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=number)

    def until_instances(self, number: int) -> None:
        """Wait until so many instances of blue are healthy. It needs enhanced health reporting."""
        health = {"EnvironmentName": self.blue, "AttributeNames": ["InstancesHealth"]}
        until(
            lambda: self._beanstalk.describe_environment_health(**health)["InstancesHealth"]["Ok"] == number,
            f"{number} instances",
            300,
        )

    def swap_by_hand(self) -> None:
        """Swap the CNAMEs of blue and green, as a person does, and wait until both are Ready."""
        self._beanstalk.swap_environment_cnames(SourceEnvironmentName=self.blue, DestinationEnvironmentName=self.green)
        both = (self.blue, self.green)
        until(lambda: {self.environment(each)["Status"] for each in both} == {"Ready"}, "the swap to end", 300)


def sample_bundle(version: str) -> bytes:
    """Return the sample of that name; for any other name, the sample v2."""
    return samples.bundle(version if version in samples.names() else "v2")
