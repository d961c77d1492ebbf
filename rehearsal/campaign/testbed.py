"""Where runs take place: an account with the stack deployed, and in it a shop that is released over and over.

A shop is used again when a run has left it as it should, else a new one takes its place.
"""

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.clock import Clock
from emulator.faults import Fault
from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.account.shop import ENHANCED_HEALTH
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE
from rehearsal.campaign.single_faults import STATE_MACHINE

DURATIONS = {
    "launch": 60,
    "update": 30,
    "terminate": 30,
    "health": 30,
    "in_service": 15,
    "process_version": 2,
    "dns_ttl": 120,
}
"""In account seconds. Shorter than in life, since what is tested lies between them; but users keep DNS answers longer:
a function takes many of these seconds here, and whoever forgot to let answers expire must not be saved by that.
"""
DRAIN_SECONDS = 220
"""What DNS answers do not take of it is for users whom a busy machine holds up between asking the way and going."""
ALARM = "campaign"
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.05


class TestbedError(Exception):
    """The testbed is not as it should be; nothing can be run there."""


@dataclass
class Shop:
    """An application with one environment. `live`: the version that serves; labels are never used twice."""

    name: str
    live: str
    bundles: str
    """The bucket that source bundles are in."""
    _labels: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def blue(self) -> str:
        return f"{self.name}-prod"

    @property
    def cname(self) -> str:
        return f"{self.blue}.us-east-1.elasticbeanstalk.com"

    def label(self) -> str:
        """Return a version label that was not used before."""
        return f"r{next(self._labels)}"

    def request(self, version: str, bundle: str) -> dict[str, Any]:
        """Return the input of an execution that releases the bundle as that version."""
        return {
            "application": self.name,
            "blue": self.blue,
            "version": version,
            "source_bundle": {"bucket": self.bundles, "key": f"{bundle}.zip"},
            "health_check": {"path": "/healthz", "attempts": 2, "interval_seconds": 1},
            "alarms": [ALARM],
            "drain_seconds": DRAIN_SECONDS,
            "bake_seconds": DRAIN_SECONDS,
        }


class Testbed:
    """`account` runs, with the stack deployed in it; `outputs`: the stack's."""

    def __init__(self, account: Account, outputs: Mapping[str, str]) -> None:
        self.account = account
        self.control = Control(account.url)
        self.clock: Clock = self.control.clock()
        self.beanstalk = account.client("elasticbeanstalk")
        self.states = account.client("stepfunctions")
        self.machine = outputs["StateMachineArn"]
        self._bucket = outputs["ArtifactsBucketName"]
        self._numbers = itertools.count(1)
        self.functions = account.client("lambda")
        self.stages = _stages(self.functions)
        """The names of the stages by those of their functions, which the stack has made up."""
        self._shop: Shop | None = None
        self._supply(account)

    def _supply(self, account: Account) -> None:
        self.control.set_durations(DURATIONS)
        s3, cloudwatch = account.client("s3"), account.client("cloudwatch")
        for bundle in (GOOD_BUNDLE, *BAD_BUNDLES):
            s3.put_object(Bucket=self._bucket, Key=f"{bundle}.zip", Body=samples.bundle(bundle))
        cloudwatch.put_metric_alarm(
            AlarmName=ALARM, Namespace="Shop", MetricName="Errors", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip

    @property
    def shop(self) -> Shop:
        """The shop, open and healthy; a new one when there is none. Raises TestbedError."""
        if self._shop is None:
            self._shop = self._open()
        return self._shop

    def close_shop(self) -> None:
        """Give up the shop: the next run opens a new one."""
        if self._shop:
            self.beanstalk.delete_application(ApplicationName=self._shop.name, TerminateEnvByForce=True)
            self._shop = None

    def settle(self, live: str) -> None:
        """Keep the shop for the next run; `live` serves in it now. Other versions are deleted, as there is a quota."""
        if self._shop:
            self._shop.live = live
            found = self.beanstalk.describe_application_versions(ApplicationName=self._shop.name)
            for version in found["ApplicationVersions"]:
                if version["VersionLabel"] != live:
                    self.beanstalk.delete_application_version(
                        ApplicationName=self._shop.name, VersionLabel=version["VersionLabel"]
                    )

    def order(self, *faults: Fault) -> None:
        """Let these faults strike, whose functions are the names of stages; none for peace."""
        deployed = {stage: function for function, stage in self.stages.items()}
        deployed[STATE_MACHINE] = self.machine.rpartition(":")[2]
        known = (replace(fault, function=fault.function and deployed[fault.function]) for fault in faults)
        self.control.order_faults(*(fault.as_dict() for fault in known))

    def journal(self) -> list[dict[str, str]]:
        """Return the calls since it was cleared, with the names of stages as functions."""
        return [
            {**call, "function": self.stages.get(call["function"], STATE_MACHINE)} for call in self.control.journal()
        ]

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start an execution and return its ARN."""
        arn: str = self.states.start_execution(stateMachineArn=self.machine, name=name, input=json.dumps(request))[
            "executionArn"
        ]
        return arn

    def environments(self, shop: Shop) -> list[dict[str, Any]]:
        """Return what stands in the shop, in the order of the names."""
        found = self.beanstalk.describe_environments(ApplicationName=shop.name, IncludeDeleted=False)["Environments"]
        return sorted(found, key=lambda each: str(each["EnvironmentName"]))

    def templates(self, shop: Shop) -> list[str]:
        """Return the names of the shop's saved configurations."""
        (application,) = self.beanstalk.describe_applications(ApplicationNames=[shop.name])["Applications"]
        return list(application["ConfigurationTemplates"])

    def _open(self) -> Shop:
        shop = Shop(f"shop{next(self._numbers)}", "first", self._bucket)
        self.beanstalk.create_application(ApplicationName=shop.name)
        self.beanstalk.create_application_version(
            ApplicationName=shop.name,
            VersionLabel=shop.live,
            SourceBundle={"S3Bucket": self._bucket, "S3Key": f"{GOOD_BUNDLE}.zip"},
            Process=True,
        )
        until(lambda: self._processed(shop), f"{shop.live} of {shop.name} to be processed")
        stacks = self.beanstalk.list_available_solution_stacks()["SolutionStacks"]
        self.beanstalk.create_environment(
            ApplicationName=shop.name,
            EnvironmentName=shop.blue,
            CNAMEPrefix=shop.blue,
            VersionLabel=shop.live,
            SolutionStackName=next(stack for stack in stacks if "Python" in stack),
            OptionSettings=[ENHANCED_HEALTH],
        )
        until(lambda: self.environments(shop)[0]["Health"] == "Green", f"{shop.blue} to be Green")
        return shop

    def _processed(self, shop: Shop) -> bool:
        found = self.beanstalk.describe_application_versions(ApplicationName=shop.name, VersionLabels=[shop.live])
        return bool(found["ApplicationVersions"][0]["Status"] == "PROCESSED")


def until(condition: Callable[[], object], expected: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds. Raises TestbedError when it does not within so many real seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TestbedError(f"Expected {expected} within {seconds:g} s.")
        time.sleep(LOOK_SECONDS)


def _stages(client: Any) -> dict[str, str]:
    pages = client.get_paginator("list_functions").paginate()
    found = [function for page in pages for function in page["Functions"]]
    return {
        function["FunctionName"]: function["Handler"].split(".")[-2]
        for function in found
        if function.get("Handler", "").startswith("lambdas.stages.")
    }
