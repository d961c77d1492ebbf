"""Runs what the command line asks for; what can go wrong in use becomes one clear line on standard error."""

import errno
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal import options
from rehearsal.account import shop
from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.account.shop import ShopError
from rehearsal.keep import stay
from rehearsal.prepare import PrepareError
from rehearsal.rehearse import rehearse
from rehearsal.report.progress import Progress


def run(arguments: Sequence[str]) -> int:
    """Rehearse a release, or with `account` as the first argument keep an account; return the exit status."""
    progress = Progress(Console(), shop.BLUE)
    try:
        if arguments[:1] == ["account"]:
            return stay(options.for_account(arguments[1:]), progress)
        return rehearse(options.for_release(arguments), progress)
    except (AccountError, CdkError, PrepareError, ShopError) as error:
        return _complain(str(error))
    except (BotoCoreError, ClientError) as error:
        return _complain(f"The account did not do what was asked of it: {error}")
    except OSError as error:
        return _complain(_words(error))


def _words(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    advice = ". Free some disk space, and run again." if error.errno == errno.ENOSPC else ""
    return f"{error.strerror or error}{where}{advice}"


def _complain(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return 1
