"""The testbed of the scenarios: what they do with the account, its executions and its shops."""

import itertools
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from rehearsal.account.account import Account
from rehearsal.execution import ExecutionReader
from rehearsal.testbed import Testbed
from rehearsal.wait import until
from tests.support.mailbox import Mailbox
from tests.support.shop import FinishedRelease, ScenarioShop, sample_bundle

SCALE = 0.02
TIMEOUT_SECONDS = 300.0
POLL_SECONDS = 0.15
SHORT = {
    "launch": 60,
    "update": 30,
    "terminate": 30,
    "health": 30,
    "in_service": 15,
    "launch_after_health": 10,
    "launch_after_failure": 10,
    "process_version": 2,
    "dns_ttl": 15,
    "swap": 5,
    "spread": 0,
    "warning_chance": 0,
}
"""Durations in account seconds: shorter than on AWS, always the same, for scenarios that are not about them."""
SCRIPTS_AT_ONCE = 2
"""More would only wait for the processor."""

T = TypeVar("T")


class ScenarioTestbed(Testbed):
    """A testbed with a shop for each scenario, and a mailbox for notifications."""

    def __init__(self, account: Account, outputs: Mapping[str, str]) -> None:
        super().__init__(account, outputs)
        self.shops: list[ScenarioShop] = []
        self._numbers = itertools.count(1)
        self.autoscaling = account.client("autoscaling")
        self.mailbox = Mailbox(account.client("sns"), account.client("sqs"), self.topic)
        self.control.set_durations(SHORT)

    # --- shops

    def open_shop(
        self, *options: Mapping[str, str], name: str | None = None, bucket: str | None = None
    ) -> ScenarioShop:
        """Return a new shop with v1 live. `options`: its environment's option settings, by default enhanced health.

        `bucket`: for its source bundles, by default the stack's.
        """
        shop = ScenarioShop(self, name or f"shop{next(self._numbers)}", bucket)
        self.shops.append(shop)
        shop.create("v1", {version: sample_bundle(version) for version in ("v2", "v1")}, *options)
        return shop

    def delete_shops(self) -> None:
        """Delete all shops, except those with an environment that is being changed."""
        while self.shops:
            with suppress(ClientError):
                self.shops.pop().delete()

    def acts(self) -> dict[str, int]:
        """Return how often each call was made so far that changes something on Elastic Beanstalk."""
        calls: dict[str, int] = self.control.describe()["beanstalk"]["calls"]
        return {action: n for action, n in calls.items() if not action.startswith(("Describe", "List", "Check"))}

    def acts_on(self, shop: ScenarioShop) -> list[str]:
        """Return what was done to the shop's environments, each by the first word of its first event."""
        began = [each for each in shop.events() if each.environment and each.message.endswith(" is starting.")]
        # A swap has an event for each of the two environments, and one request.
        by_request = {event.request: event.message.split()[0] for event in began}
        return list(by_request.values())

    def records(self, application: str) -> list[str]:
        """Return the keys of the application's records."""
        found = self.s3.list_objects_v2(Bucket=self.records_bucket, Prefix=f"bluegreen/{application}/")
        return [each["Key"] for each in found.get("Contents", [])]

    def let_register_release_read(self, bucket: str) -> None:
        """Let the function RegisterRelease read another bucket, by the policy in docs/pipelines.md."""
        register = self.lambdas.get_function_configuration(FunctionName=self.functions["register_release"])
        reading = {
            "Effect": "Allow",
            "Principal": {"AWS": register["Role"]},
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [reading]}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    # --- conditions

    @contextmanager
    def durations(self, **account_seconds: float) -> Iterator[None]:
        """Use other durations while the block runs."""
        self.control.set_durations(account_seconds)
        try:
            yield
        finally:
            self.control.set_durations(SHORT)

    @contextmanager
    def faults(self, *faults: Mapping[str, Any]) -> Iterator[None]:
        """Set faults while the block runs, see emulator.faults."""
        self.control.set_faults(*faults)
        try:
            yield
        finally:
            self.control.set_faults()

    @contextmanager
    def held(self, stage: str) -> Iterator[None]:
        """Keep executions in the states of that stage's function while the block runs: its calls get a 503.

        Calls of S3 too: what another execution saw would let a stage end. A function of an execution that was aborted
        meanwhile goes on by itself, so the block ends when none of them runs.
        """
        function = self.functions[stage]
        fault = {"kind": "error_before", "for_seconds": 100_000, "function": function}
        with self.faults(*({**fault, "service": service} for service in ("elasticbeanstalk", "s3"))):
            yield
            self.until(lambda: function not in self.control.describe()["lambda"]["running"], f"{function} to end")

    # --- executions

    def follow(self, arn: str) -> FinishedRelease:
        """Return the execution when it has ended."""
        self.until(lambda: not self.running(arn), f"{arn} to end")
        reader = ExecutionReader(self.states, arn)
        return FinishedRelease(arn, reader.read(), reader.visits)

    def running(self, arn: str) -> bool:
        """Return whether the execution is RUNNING."""
        return bool(self.states.describe_execution(executionArn=arn)["status"] == "RUNNING")

    def redriven(self, arn: str) -> str:
        """Redrive an execution that has ended, and return its ARN at once."""
        self.states.redrive_execution(executionArn=arn)
        return arn

    def redrive(self, release: FinishedRelease) -> FinishedRelease:
        """Redrive an execution, and return it when it has ended again."""
        before = len(self.follow(release.arn).visits)
        again = self.follow(self.redriven(release.arn))
        return FinishedRelease(again.arn, again.outcome, again.visits[before:])

    def until_in(self, arn: str, state: str) -> None:
        """Return when the execution has entered that state. Raises AssertionError when it ends before."""
        reader = ExecutionReader(self.states, arn)

        def entered() -> bool:
            outcome = reader.read()
            found = any(visit.name == state for visit in reader.visits)
            passed = [visit.name for visit in reader.visits]
            assert found or outcome.running, f"{arn} ended before {state}: {outcome.error}: {outcome.cause}; {passed}"
            return found

        self.until(entered, f"{arn} to be in {state}")

    def abort(self, arn: str) -> FinishedRelease:
        """Stop an execution, as the console's button does."""
        self.states.stop_execution(executionArn=arn, error="Stopped", cause="by a person")
        return self.follow(arn)

    def until(self, condition: Callable[[], object], expected: str) -> None:
        """Wait as scenarios do: long, since they share the processor. Raises WaitLimitError."""
        until(condition, expected, TIMEOUT_SECONDS, poll_seconds=POLL_SECONDS)

    def play(self, scripts: Mapping[str, Callable[[], T]]) -> Mapping[str, Future[T]]:
        """Run scripts with shops of their own, a few at the same time, and return when all have ended."""
        with ThreadPoolExecutor(SCRIPTS_AT_ONCE) as pool:
            return {name: pool.submit(script) for name, script in scripts.items()}


@contextmanager
def deployed_testbed(home: Path, assembly: Path) -> Iterator[ScenarioTestbed]:
    """Yield a testbed, which ends with the block; its files are in `home`. `assembly` is only read."""
    with Account(scale=SCALE, home=home / "account") as account:
        copy = Path(shutil.copytree(assembly, home / "cdk.out"))
        yield ScenarioTestbed.deploy(account, home, copy)
