"""The account as it is before a release: the stack deployed, and the shop live on its first version."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.account import samples, shop
from rehearsal.account.account import Account
from rehearsal.account.cdk import Cdk
from rehearsal.account.control import Control
from rehearsal.account.shop import Shop
from rehearsal.report.progress import Progress

HURRIED = ("process_version", "launch", "in_service", "health", "health_check")
HURRIED_REAL_SECONDS = 0.3
NEEDED_BYTES = 300 * 1024 * 1024


class PrepareError(Exception):
    """The account cannot be made ready; the message is one line."""


@dataclass(frozen=True)
class Prepared:
    """What a release needs. `cname`: the production CNAME. `machine`: the ARN of the state machine."""

    control: Control
    shop: Shop
    cname: str
    machine: str


def require_space(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Make the folder, and see that so many bytes are free there. Raises PrepareError."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise PrepareError(
            f"{folder} should have {needed / 1e6:,.0f} MB free, and has {free / 1e6:,.0f}. Free some space."
        )


def prepare(account: Account, folder: Path, next_bundle: bytes, progress: Progress) -> Prepared:
    """Deploy the stack and open the shop; logs go to `folder`. Raises CdkError or ShopError."""
    control = Control(account.url)
    with progress.step("the stack, by cdk bootstrap and cdk deploy"):
        machine = _deploy(account, control, folder)
    with progress.step(f"{shop.APPLICATION} {shop.LIVE_VERSION}, live on {shop.BLUE}"), _hurry(control):
        opened = Shop(account.client("elasticbeanstalk"), account.client("s3"), f"{shop.APPLICATION}-bundles")
        opened.found()
        opened.stock(shop.LIVE_VERSION, samples.bundle(shop.LIVE_VERSION))
        opened.stock(shop.NEXT_VERSION, next_bundle)
        cname = opened.open(shop.LIVE_VERSION)
    return Prepared(control, opened, cname, machine)


def _deploy(account: Account, control: Control, folder: Path) -> str:
    described = control.describe()
    cdk = Cdk(account.environment(), folder.resolve() / "cdk.log", folder.resolve() / "cdk.out")
    cdk.synthesize()
    cdk.bootstrap(described["account_id"], described["region"])
    return cdk.deploy()["StateMachineArn"]


@contextmanager
def _hurry(control: Control) -> Iterator[None]:
    """What came before the release is no part of the story, and need not last as long as in life."""
    described = control.describe()
    short = HURRIED_REAL_SECONDS / described["scale"]
    control.set_durations(dict.fromkeys(HURRIED, short))
    try:
        yield
    finally:
        control.set_durations(described["beanstalk"]["durations"])
