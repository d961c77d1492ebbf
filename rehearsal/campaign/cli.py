"""Runs what the command line asks for; what can go wrong in use becomes one clear line on standard error."""

import http.client
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.campaign import options
from rehearsal.campaign.campaign import campaign
from rehearsal.campaign.testbed import TestbedError
from rehearsal.prepare import PrepareError
from rehearsal.report.progress import Progress


def run(arguments: Sequence[str]) -> int:
    """Conduct a campaign; return the exit status."""
    try:
        return campaign(options.read(arguments), Progress(Console(), blue=""))
    except (AccountError, CdkError, PrepareError, TestbedError, OSError) as error:
        reason = str(error)
    except (BotoCoreError, ClientError, http.client.HTTPException) as error:
        reason = f"The account did not do what was asked of it: {error}"
    sys.stderr.write(f"{reason}\n")
    return 1
