"""Keeps an account running: the stack deployed, the shop live, and instructions how to reach it."""

import time

from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.account.instructions import instructions
from rehearsal.options import AccountOptions
from rehearsal.prepare import NEXT_VERSION, Prepared, Versions, prepare
from rehearsal.report.progress import Progress
from rehearsal.signals import Interrupted
from rehearsal.testbed import Testbed
from rehearsal.things_to_try import offer_failures, users

POLL_SECONDS = 2.0


def keep(options: AccountOptions, progress: Progress) -> int:
    """Keep an account until a signal, then stop it and return 0. Raises OSError when the account ends by itself."""
    account = Account(port=options.port, scale=options.scale, home=options.output)
    try:
        prepared = prepare(account, options.output, Versions.of_shop(), progress)
        testbed = prepared.testbed
        offer_failures(prepared)
        suggest_release(prepared)
        with users(prepared, options.users):
            progress.say()
            for line in instructions(
                account,
                prepared.shop,
                proxy=testbed.control.describe()["proxy"],
                stack=testbed.variables,
                version=NEXT_VERSION,
                file=options.output / "env",
            ):
                progress.say(line)
            progress.say(console_line(testbed))
            progress.say("Ctrl-C ends the account.")
            return until_interrupted(testbed.control)
    finally:
        account.stop()


def until_interrupted(control: Control) -> int:
    """Return 0 at a signal. Raises OSError when the account ends by itself."""
    try:
        while True:
            time.sleep(POLL_SECONDS)
            control.describe()
    except Interrupted:
        return 0


def console_line(testbed: Testbed) -> str:
    """Return the line that tells people where the account's console is."""
    return f"Watch releases, start and rerun them in a browser: {testbed.console.url}"


def suggest_release(prepared: Prepared) -> None:
    """Let the console's form begin with the release of the shop's next version."""
    shop = prepared.shop
    request = {"application": shop.name, "blue": shop.blue, "version": NEXT_VERSION}
    prepared.testbed.console.suggest(prepared.testbed.machine, request)
