"""Prepares an account for a release: starts it, deploys the stack, and launches the shop on its first version."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from emulator.beanstalk.bundle.start_commands import NODE, PYTHON
from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.account.shop import ENHANCED_HEALTH, Shop
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed

APPLICATION = "shop"
LIVE_VERSION = "v1"
NEXT_VERSION = "v2"
SHORTENED = ("process_version", "launch", "in_service", "health", "health_check", "launch_after_health")
"""The durations of Elastic Beanstalk that count while the shop is launched."""
SHORT_REAL_SECONDS = 0.3
NEEDED_BYTES = 300 * 1024 * 1024


class PrepareError(Exception):
    """The account cannot be prepared; the message is one line."""


@dataclass(frozen=True)
class Versions:
    """The bundles of a release. `language`: of the platform that runs them."""

    live: bytes
    next: bytes
    language: str = PYTHON

    @classmethod
    def of_shop(cls) -> Self:
        """Return two versions of the sample shop."""
        return cls(samples.bundle(LIVE_VERSION), samples.bundle(NEXT_VERSION))

    @classmethod
    def of_user(cls, bundle: bytes, language: str) -> Self:
        """Return a sample application that is live, and the person's own bundle that follows it."""
        return cls(samples.node_bundle() if language == NODE else samples.bundle(LIVE_VERSION), bundle, language)


@dataclass(frozen=True)
class Prepared:
    """An account that is ready for a release."""

    testbed: Testbed
    shop: Shop


def require_space(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Create the folder. Raises PrepareError when its disk has less than `needed` bytes free."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise PrepareError(
            f"Expected {needed / 1e6:,.0f} MB free for {folder}. Found {free / 1e6:,.0f} MB. Free some space."
        )


def start(account: Account, folder: Path, progress: Progress) -> Testbed:
    """Start the account, and deploy the stack; logs go to `folder`. Raises as `prepare` does."""
    require_space(folder)
    with progress.step("start an AWS account on this machine"):
        account.start()
    with progress.step("deploy the stack, by cdk bootstrap and cdk deploy"):
        return Testbed.deploy(account, folder)


def prepare(
    account: Account, folder: Path, versions: Versions, progress: Progress, settings: Sequence[Mapping[str, str]] = ()
) -> Prepared:
    """Start the account, deploy the stack and launch the shop; logs go to `folder`.

    `settings`: option settings of the shop's environment, beside enhanced health.
    Raises PrepareError, AccountError, CdkError, ShopError and WaitLimitError. The caller stops the account.
    """
    testbed = start(account, folder, progress)
    shop = Shop(testbed.beanstalk, testbed.s3, APPLICATION, testbed.artifacts, versions.language)
    with progress.step(f"launch {shop.blue} with {LIVE_VERSION}"), short_durations(testbed.control):
        bundles = {LIVE_VERSION: versions.live, NEXT_VERSION: versions.next}
        shop.create(LIVE_VERSION, bundles, ENHANCED_HEALTH, *settings)
    return Prepared(testbed, shop)


@contextmanager
def short_durations(control: Control) -> Iterator[None]:
    """Shorten the durations while the block runs: the launch of the shop is not part of the release."""
    described = control.describe()
    short = SHORT_REAL_SECONDS / described["scale"]
    control.set_durations(dict.fromkeys(SHORTENED, short))
    try:
        yield
    finally:
        control.set_durations(described["beanstalk"]["durations"])
