"""The account as it is before a release: the stack deployed, and the shop live on its first version."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.account import samples, shop
from rehearsal.account.account import Account
from rehearsal.account.cdk import Cdk
from rehearsal.account.control import Desk
from rehearsal.account.shop import Shop
from rehearsal.report.progress import Progress

HURRIED = ("process_version", "launch", "in_service", "health", "health_check")
HURRIED_REAL_SECONDS = 0.3
NEEDED_BYTES = 300 * 1024 * 1024


class OpeningError(Exception):
    """The account cannot be made ready; the message is one line."""


@dataclass(frozen=True)
class Opening:
    """What a release needs: the account's desk, the shop, the name its users ask for, the ARN of the state machine."""

    desk: Desk
    shop: Shop
    cname: str
    machine: str


def require_space(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Make the folder, and see that so many bytes are free there. Raises OpeningError."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OpeningError(
            f"{folder} should have {needed / 1e6:,.0f} MB free, and has {free / 1e6:,.0f}. Free some space."
        )


def open_account(account: Account, folder: Path, next_bundle: bytes, progress: Progress) -> Opening:
    """Deploy the stack and open the shop; logs go to `folder`. Raises CdkError or ShopError."""
    desk = Desk(account.url)
    with progress.step("the stack, by cdk bootstrap and cdk deploy"):
        machine = _deploy(account, desk, folder)
    with progress.step(f"{shop.APPLICATION} {shop.LIVE_VERSION}, live on {shop.BLUE}"), _hurry(desk):
        opened = Shop(account.client("elasticbeanstalk"), account.client("s3"), f"{shop.APPLICATION}-bundles")
        opened.found()
        opened.stock(shop.LIVE_VERSION, samples.bundle(shop.LIVE_VERSION))
        opened.stock(shop.NEXT_VERSION, next_bundle)
        cname = opened.open(shop.LIVE_VERSION)
    return Opening(desk, opened, cname, machine)


def _deploy(account: Account, desk: Desk, folder: Path) -> str:
    described = desk.describe()
    cdk = Cdk(account.environment(), folder.resolve() / "cdk.log", folder.resolve() / "cdk.out")
    cdk.synthesize()
    cdk.bootstrap(described["account_id"], described["region"])
    return cdk.deploy()["StateMachineArn"]


@contextmanager
def _hurry(desk: Desk) -> Iterator[None]:
    """What came before the release is no part of the story, and need not last as long as in life."""
    described = desk.describe()
    short = HURRIED_REAL_SECONDS / described["scale"]
    desk.set_durations(dict.fromkeys(HURRIED, short))
    try:
        yield
    finally:
        desk.set_durations(described["beanstalk"]["durations"])
