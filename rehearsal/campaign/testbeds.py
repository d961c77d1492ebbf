"""The accounts of a campaign: one process each, the stack deployed in all of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.cdk import Cdk
from rehearsal.campaign.testbed import Testbed
from rehearsal.report.progress import Progress


@contextmanager
def testbeds(count: int, scale: float, folder: Path, progress: Progress) -> Iterator[list[Testbed]]:
    """So many testbeds, which end with the block; logs go to `folder`. Raises AccountError and CdkError."""
    with ExitStack() as running:
        accounts = []
        with progress.step(f"AWS accounts on this machine: {count}"):
            for number in range(1, count + 1):
                account = Account(scale=scale, home=folder / f"account-{number}")
                accounts.append(running.enter_context(account))
        with progress.step("the stack in each, by cdk bootstrap and cdk deploy"):
            outputs = _deploy(accounts, folder.resolve())
        yield [Testbed(account, output) for account, output in zip(accounts, outputs, strict=True)]


def _deploy(accounts: Sequence[Account], folder: Path) -> list[dict[str, str]]:
    """Synthesize once, deploy into every account, and return the stacks' outputs."""
    clis = [Cdk(account.environment(), folder / "cdk.log", folder / "cdk.out") for account in accounts]
    clis[0].synthesize()
    outputs = []
    for cli in clis:
        cli.bootstrap(ACCOUNT_ID, REGION)
        outputs.append(cli.deploy())
    return outputs
