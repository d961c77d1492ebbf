"""Runs the command line. An error that a person can cause becomes one line on standard error."""

import errno
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal import options
from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.account.console import ConsoleError
from rehearsal.account.shop import ShopError
from rehearsal.fleet_rehearsal import rehearse_fleet
from rehearsal.keep import keep
from rehearsal.prepare import PrepareError
from rehearsal.rehearse import rehearse
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError


def run(arguments: Sequence[str]) -> int:
    """Rehearse a release, or with `account` as the first argument keep an account; return the exit status."""
    progress = Progress(Console())
    try:
        if arguments[:1] == ["account"]:
            return keep(options.read_account_options(arguments[1:]), progress)
        release_options = options.read_release_options(arguments)
        if release_options.fleet:
            return rehearse_fleet(release_options, release_options.fleet, progress)
        return rehearse(release_options, progress)
    except (AccountError, CdkError, ConsoleError, PrepareError, ShopError, WaitLimitError) as error:
        return _write_error(str(error))
    except (BotoCoreError, ClientError) as error:
        return _write_error(f"A call to the account failed: {error}")
    except OSError as error:
        return _write_error(_describe(error))


def _describe(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    advice = ". Free some disk space, and run again." if error.errno == errno.ENOSPC else ""
    return f"{error.strerror or error}{where}{advice}"


def _write_error(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return 1
