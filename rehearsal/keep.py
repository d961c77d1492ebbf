"""An account that stays: the stack deployed, the shop live, and how to reach it."""

import time

from rehearsal.account import samples, shop
from rehearsal.account.account import Account
from rehearsal.account.instructions import introduce
from rehearsal.options import AccountOptions
from rehearsal.prepare import Prepared, prepare, require_space
from rehearsal.report.progress import Progress
from rehearsal.signals import Interrupted

LOOK_SECONDS = 2.0


def stay(options: AccountOptions, progress: Progress) -> int:
    """Keep an account until a signal; return 0 then."""
    require_space(options.output)
    account = Account(port=options.port, scale=options.scale, home=options.output)
    try:
        with progress.step("an AWS account on this machine"):
            account.start()
        prepared = prepare(account, options.output, samples.bundle(shop.NEXT_VERSION), progress)
        progress.say()
        for line in introduce(account, prepared, shop.NEXT_VERSION, options.output / "env"):
            progress.say(line)
        progress.say("Ctrl-C ends the account.")
        return _until_interrupted(prepared)
    finally:
        account.stop()


def _until_interrupted(prepared: Prepared) -> int:
    try:
        while True:
            time.sleep(LOOK_SECONDS)
            prepared.control.describe()
    except Interrupted:
        return 0
