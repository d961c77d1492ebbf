"""Putting up a testbed: an account, with the synthesized stack deployed in it."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.cdk import Cdk
from rehearsal.account.control import Control
from tests.support.mailbox import Mailbox
from tests.support.testbed import QUICK, Testbed

SCALE = 0.02


def synthesize(folder: Path) -> None:
    """Let the app synthesize into `folder`/cdk.out."""
    environment = {"CDK_DEFAULT_ACCOUNT": ACCOUNT_ID, "CDK_DEFAULT_REGION": REGION}
    Cdk(environment, folder / "cdk.log", folder / "cdk.out").synthesize()


@contextmanager
def staged(home: Path, assembly: Path) -> Iterator[Testbed]:
    """A testbed while the block runs; its files in `home`. `assembly` is only read."""
    with Account(scale=SCALE, home=home / "account") as account:
        control = Control(account.url)
        control.set_durations(QUICK)
        shutil.copytree(assembly, home / "cdk.out")
        cdk = Cdk(account.environment(), home / "cdk.log", home / "cdk.out")
        cdk.bootstrap(ACCOUNT_ID, REGION)
        outputs = cdk.deploy()
        beanstalk = account.client("elasticbeanstalk")
        stacks = beanstalk.list_available_solution_stacks()["SolutionStacks"]
        yield Testbed(
            account=account,
            control=control,
            machine=outputs["StateMachineArn"],
            artifacts=outputs["ArtifactsBucketName"],
            beanstalk=beanstalk,
            states=account.client("stepfunctions"),
            s3=account.client("s3"),
            cloudwatch=account.client("cloudwatch"),
            functions=_functions(account.client("lambda")),
            mailbox=Mailbox(account.client("sns"), account.client("sqs"), outputs["NotificationsTopicArn"]),
            platform=next(stack for stack in stacks if "Python" in stack),
            numbers=itertools.count(1),
        )


def _functions(client: Any) -> dict[str, str]:
    """The names of the deployed functions, by the modules of their handlers."""
    pages = client.get_paginator("list_functions").paginate()
    found = [function for page in pages for function in page["Functions"]]
    return {each["Handler"].split(".")[-2]: each["FunctionName"] for each in found if "stages" in each["Handler"]}
