"""Runs the command line. An error that a person can cause becomes a message on standard error."""

import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal.account.account import AccountError
from rehearsal.prepare import PrepareError
from rehearsal.prove.clean import clean
from rehearsal.prove.errors import ProofError, RemovalError
from rehearsal.prove.options import read_prove_options
from rehearsal.prove.proof import prove
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError


def run(arguments: Sequence[str]) -> int:
    """Prove the product, or with --clean remove what runs left; return the exit status."""
    options, progress = read_prove_options(arguments), Progress(Console())
    try:
        return clean(options, progress) if options.clean else prove(options, progress)
    except (AccountError, PrepareError, ProofError, RemovalError, WaitLimitError, OSError) as error:
        reason = str(error)
    except (BotoCoreError, ClientError) as error:
        reason = f"A call to the account failed: {error}"
    sys.stderr.write(f"{reason}\n")
    return 1
