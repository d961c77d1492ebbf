"""Runs the command line. An error that a person can cause becomes one line on standard error."""

import http.client
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.account.shop import ShopError
from rehearsal.campaign.campaign import BaselineError, campaign
from rehearsal.campaign.options import read_campaign_options
from rehearsal.prepare import PrepareError
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError


def run(arguments: Sequence[str]) -> int:
    """Conduct a campaign and return the exit status."""
    try:
        return campaign(read_campaign_options(arguments), Progress(Console()))
    except (AccountError, BaselineError, CdkError, PrepareError, ShopError, WaitLimitError, OSError) as error:
        reason = str(error)
    except (BotoCoreError, ClientError, http.client.HTTPException) as error:
        reason = f"A call to the account failed: {error}"
    sys.stderr.write(f"{reason}\n")
    return 1
