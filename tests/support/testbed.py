"""The testbed of the scenarios: the rehearsal's account with the stack deployed, and what scenarios do with it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.account.shop import ENHANCED_HEALTH
from rehearsal.execution import Follower
from tests.support.mailbox import Mailbox
from tests.support.shop import Release, Shop

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.15
QUICK = {
    "launch": 60,
    "update": 30,
    "terminate": 30,
    "health": 30,
    "in_service": 15,
    "process_version": 2,
    "dns_ttl": 15,
    "swap": 5,
}
"""Durations in account seconds: shorter than in life where a scenario is not about them."""
AT_ONCE = 2
"""Scripts that are played at the same time; more would only wait for the processor."""

T = TypeVar("T")


@dataclass
class Testbed:
    """The account, and what scenarios do over and over with it."""

    account: Account
    control: Control
    machine: str
    artifacts: str
    """The stack's own bucket, for bundles and records: from others, its functions may not read."""
    beanstalk: Any
    states: Any
    s3: Any
    cloudwatch: Any
    functions: Mapping[str, str]
    """The Lambda functions, by the names of their stages' modules."""
    mailbox: Mailbox
    platform: str
    numbers: Iterator[int]
    shops: list[Shop] = field(default_factory=list)

    def open(self, *options: Any) -> Shop:
        """A shop with v1 live; `options` are its environment's option settings, by default enhanced health."""
        name = f"shop{next(self.numbers)}"
        self.beanstalk.create_application(ApplicationName=name)
        shop = Shop(self, name, f"{name}-prod.us-east-1.elasticbeanstalk.com")
        self.shops.append(shop)
        shop.register("v2", wait=False)
        shop.register("v1")
        shop.launch(shop.blue, "v1", *(options or (ENHANCED_HEALTH,)), CNAMEPrefix=shop.blue)
        return shop

    def close(self) -> None:
        """Close all shops that were opened since; one whose environment is busy just now stays."""
        while self.shops:
            with suppress(ClientError):
                self.beanstalk.delete_application(ApplicationName=self.shops.pop().name, TerminateEnvByForce=True)

    @contextmanager
    def durations(self, **account_seconds: float) -> Iterator[None]:
        """Other durations while the block runs."""
        self.control.set_durations(account_seconds)
        try:
            yield
        finally:
            self.control.set_durations(QUICK)

    def acts(self) -> dict[str, int]:
        """How often each call was made so far that changes something on Elastic Beanstalk."""
        calls: dict[str, int] = self.control.describe()["beanstalk"]["calls"]
        return {action: n for action, n in calls.items() if not action.startswith(("Describe", "List", "Check"))}

    def acts_on(self, shop: Shop) -> list[str]:
        """What was done to the shop's environments, each by the first word of the event that it began with."""
        pages = self.beanstalk.get_paginator("describe_events").paginate(ApplicationName=shop.name)
        began = [event for page in pages for event in page["Events"] if event["Message"].endswith(" is starting.")]
        # A swap is an event of both environments, and one request.
        by_request = {event["RequestId"]: event["Message"].split()[0] for event in reversed(began)}
        return list(by_request.values())

    def records(self, application: str) -> list[str]:
        """The keys of the application's records."""
        found = self.s3.list_objects_v2(Bucket=self.artifacts, Prefix=f"records/{application}/")
        return [each["Key"] for each in found.get("Contents", [])]

    def ring(self, alarm: str, state: str = "ALARM") -> None:
        """Set a CloudWatch alarm off, or calm it; made if there is none."""
        self.cloudwatch.put_metric_alarm(
            AlarmName=alarm,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="Shop",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        self.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="told to")

    @contextmanager
    def faults(self, *faults: Mapping[str, Any]) -> Iterator[None]:
        """Faults that strike while the block runs, see emulator.faults."""
        self.control.order_faults(*faults)
        try:
            yield
        finally:
            self.control.order_faults()

    @contextmanager
    def held(self, stage: str) -> Iterator[None]:
        """Keep an execution in the states of that stage's function while the block runs: its calls get a 503."""
        fault = {"kind": "error_before", "service": "elasticbeanstalk", "for_seconds": 100_000}
        with self.faults({**fault, "function": self.functions[stage]}):
            yield

    # --- executions

    def follow(self, arn: str) -> Release:
        """Until the execution has ended."""
        self.until(lambda: not self.running(arn), f"{arn} to end")
        follower = Follower(self.states, arn)
        return Release(arn, follower.look(), follower.visits)

    def running(self, arn: str) -> bool:
        return bool(self.states.describe_execution(executionArn=arn)["status"] == "RUNNING")

    def redriven(self, arn: str) -> str:
        """Redrive an execution that ended, and return its ARN at once."""
        self.states.redrive_execution(executionArn=arn)
        return arn

    def redrive(self, release: Release) -> Release:
        """Redrive an execution that ended, and follow it to its next end."""
        before = len(self.follow(release.arn).visits)
        again = self.follow(self.redriven(release.arn))
        return Release(again.arn, again.outcome, again.visits[before:])

    def until_in(self, arn: str, state: str) -> None:
        """Until the execution has entered that state."""
        follower = Follower(self.states, arn)

        def entered() -> bool:
            outcome = follower.look()
            found = any(visit.name == state for visit in follower.visits)
            assert found or outcome.running, f"{arn} should have got to {state}: {outcome.error}: {outcome.cause}"
            return found

        self.until(entered, f"{arn} to be in {state}")

    def abort(self, arn: str) -> Release:
        """Stop an execution, as the console's button does."""
        self.states.stop_execution(executionArn=arn, error="Stopped", cause="by a person")
        return self.follow(arn)

    # --- many at once

    def play(self, scripts: Mapping[str, Callable[[], T]]) -> Mapping[str, Future[T]]:
        """Play scripts with shops of their own, a few at the same time, to their end."""
        with ThreadPoolExecutor(AT_ONCE) as actors:
            return {name: actors.submit(script) for name, script in scripts.items()}

    # --- things

    def until(self, condition: Callable[[], object], expected: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"expected {expected}"
            time.sleep(LOOK_SECONDS)

    def upload(self, key: str, bundle: bytes) -> dict[str, str]:
        self.s3.put_object(Bucket=self.artifacts, Key=key, Body=bundle)
        return {"S3Bucket": self.artifacts, "S3Key": key}

    def let_read(self, bucket: str) -> None:
        """Let the function RegisterRelease read a bucket that is not the stack's, as docs/pipelines.md asks for."""
        register = self.account.client("lambda").get_function_configuration(
            FunctionName=self.functions["register_release"]
        )
        reading = {
            "Effect": "Allow",
            "Principal": {"AWS": register["Role"]},
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [reading]}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def bundle(self, version: str) -> bytes:
        """One of the samples by its name; any other name is the sample v2 under another label."""
        return samples.bundle(version if version in samples.names() else "v2")
