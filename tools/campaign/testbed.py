"""The testbed of a campaign: shops that are released over and over, and faults between functions and AWS."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.shop import Shop
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed, deploy_stack, synthesize
from tools.agreement.deployed_shop import reading
from tools.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE

SCALE = 0.005
"""Real seconds of an account second."""
DURATIONS = {
    "launch": 60,
    "update": 30,
    "terminate": 30,
    "health": 30,
    "in_service": 15,
    "launch_after_health": 10,
    "launch_after_failure": 10,
    "warning_after_update": 30,
    "process_version": 2,
    "dns_ttl": 120,
}
"""In account seconds. Shorter than on AWS: the campaign tests what happens between these operations.

`dns_ttl` is longer than on AWS. A function takes many account seconds here, so with a short TTL old DNS answers would
expire meanwhile, and a release without a drain would pass.
"""
DRAIN_SECONDS = 220
"""Longer than `dns_ttl`: a busy machine delays clients between the DNS answer and the request."""
LONG_WATCH_SECONDS = 900
"""In runs with sick environments: a release that does not look must not be over before a sickness shows."""
ALARM = "campaign"


class CampaignShop(Shop):
    """A shop with the version that serves, and with labels for new versions."""

    def __init__(self, testbed: "CampaignTestbed", name: str) -> None:
        super().__init__(testbed.beanstalk, testbed.s3, name, testbed.artifacts)
        self.live = "first"
        self._numbers = itertools.count(1)

    def new_label(self) -> str:
        """Return a version label that was not used before."""
        return f"r{next(self._numbers)}"

    def release_request(self, version: str, bundle: str, watch_seconds: int) -> dict[str, Any]:
        """Return the input of an execution that releases the sample bundle as that version.

        `watch_seconds`: how long green is watched before blue is changed, and blue after it has the users.
        """
        return {
            "application": self.name,
            "blue": self.blue,
            "version": version,
            "source_bundle": {"bucket": self._bucket, "key": f"{bundle}.zip"},
            "health_check": {"path": "/healthz", "attempts": 2, "interval_seconds": 1},
            "alarms": [ALARM],
            "drain_seconds": watch_seconds,
            "bake_seconds": watch_seconds,
        }


class CampaignTestbed(Testbed):
    """A testbed with one shop at a time: kept after a good run, replaced after a violation."""

    def __init__(self, account: Account, outputs: Mapping[str, str]) -> None:
        super().__init__(account, outputs)
        self._numbers = itertools.count(1)
        self._shop: CampaignShop | None = None
        self._other: Testbed | None = None
        self.control.set_durations(DURATIONS)
        for bundle in (GOOD_BUNDLE, *BAD_BUNDLES):
            self.s3.put_object(Bucket=self.artifacts, Key=f"{bundle}.zip", Body=samples.bundle(bundle))
        self.set_alarm(ALARM, "OK")

    @property
    def other(self) -> Testbed:
        """The same account with another stack, `env=other`; deployed at the first use. Raises CdkError."""
        if self._other is None:
            folder = self.account.home / "other"
            folder.mkdir(parents=True, exist_ok=True)
            variables = self.account.environment() | {"ENV": "other"}
            self._other = Testbed(self.account, deploy_stack(variables, folder, synthesize(folder, variables)))
            self._share_bundles(self._other)
        return self._other

    def _share_bundles(self, other: Testbed) -> None:
        """Let the other stack's functions read this stack's bundles: docs/pipelines.md has the policy."""
        policy = json.loads(self.s3.get_bucket_policy(Bucket=self.artifacts)["Policy"])
        policy["Statement"].append(reading(other, self.artifacts))
        self.s3.put_bucket_policy(Bucket=self.artifacts, Policy=json.dumps(policy))

    @cached_property
    def snapshot_key(self) -> str:
        """The key of the snapshot that all executions share, in `records_bucket`."""
        found = self.lambdas.get_function_configuration(FunctionName=self.functions["await_green"])
        return str(found["Environment"]["Variables"]["SNAPSHOT_KEY"])

    def bundle(self, name: str) -> dict[str, str]:
        """Return where the sample bundle is, as CreateApplicationVersion takes it."""
        return {"S3Bucket": self.artifacts, "S3Key": f"{name}.zip"}

    @property
    def shop(self) -> CampaignShop:
        """The shop, live and healthy; a new one when there is none. Raises ShopError and WaitLimitError."""
        if self._shop is None:
            shop = CampaignShop(self, f"shop{next(self._numbers)}")
            shop.create(shop.live, {shop.live: samples.bundle(GOOD_BUNDLE)})
            self._shop = shop
        return self._shop

    def replace_shop(self) -> None:
        """Delete the shop, so that the next run gets a new one."""
        if self._shop:
            self._shop.delete()
            self._shop = None

    def keep_shop(self, live: str) -> None:
        """Keep the shop for the next run, with the version that serves now, and delete its other versions."""
        if self._shop:
            self._shop.live = live
            self._shop.delete_other_versions(live)


@contextmanager
def deployed_testbeds(count: int, folder: Path, progress: Progress) -> Iterator[list[CampaignTestbed]]:
    """Yield so many testbeds, which end with the block; logs go to `folder`. Raises AccountError and CdkError."""
    if not count:
        yield []
        return
    with ExitStack() as running:
        with progress.step(f"start AWS accounts on this machine: {count}"):
            accounts = [
                running.enter_context(Account(scale=SCALE, home=folder / f"account-{number}"))
                for number in range(1, count + 1)
            ]
        with progress.step("deploy the stack into each, by cdk bootstrap and cdk deploy"):
            assembly = synthesize(folder)
            testbeds = [CampaignTestbed.deploy(account, folder, assembly) for account in accounts]
        yield testbeds
