"""Starts a release and follows it, or acts on one. Everything else happens in the state machine."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from trigger import exit_status
from trigger.commands import COMMANDS, MODES, OF_ENVIRONMENTS, Commands, RefusedError
from trigger.fleet_commands import FleetCommands
from trigger.output import Output
from trigger.variables import Variables

HELP = """commands, each with an example:
  full       release VERSION_LABEL:           trigger full
  deploy     stop before users see it:        trigger deploy --detach
  cutover    give users what deploy deployed: trigger cutover
  rollback   give users green's version back: trigger rollback
  status     show who serves users:           trigger status --output json
  watch      follow the release that runs:    trigger watch
  history    list the last releases:          trigger history
  report     show each stage of the last one: trigger report
             save it as a page:               trigger report --html release.html
  redrive    resume a release that failed:    trigger redrive
  approve    let a waiting release go on:     trigger approve
  reject     let a waiting release fail:      trigger reject --because "wrong price"
  abort      stop the release where it is:    trigger abort --because "wrong version"
  fleet      release many environments:       trigger fleet
             look at the newest fleet:        trigger fleet status

exit status: 0 the release SUCCEEDED, or status or abort did its work; 1 FAILED; 2 wrong variables or
arguments; 3 TIMED_OUT; 4 ABORTED; 5 nothing was started, redriven, answered or aborted; 6 the program lost contact with
AWS, the release goes on; 128 + n: signal n ended the program, the release goes on."""


FLEET = "fleet"


class SignalReceived(BaseException):
    """The signal whose number is the argument."""


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the program; return its exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_signal)
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.action and options.command != FLEET:
        parser.error(f"unrecognized arguments: {options.action}")
    if options.html and options.command != "report":
        parser.error("--html is an option of report")
    output = Output(as_json=options.output == "json")
    commands = FleetCommands(options, output) if options.command == FLEET else Commands(options, output)
    try:
        return commands.run(Variables(environ))
    except RefusedError as refusal:
        text, status = str(refusal), refusal.status
    except SignalReceived as received:
        text, status = f"Stopped following. {_what_goes_on(commands)}", exit_status.SIGNAL + received.args[0]
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        text, status = f"The output was closed. {_what_goes_on(commands)}", exit_status.SIGNAL + signal.SIGPIPE
    except (BotoCoreError, ClientError) as error:
        status = exit_status.LOST_CONTACT if commands.followed else exit_status.REFUSED
        text = f"{error}\n{_hint(error)}{_what_goes_on(commands)} If credentials have expired, renew them first."
    output.write("error", text, execution=commands.followed, exit_status=status)
    return status


def _hint(error: Exception) -> str:
    """Return what to do about a role that cannot be assumed; docker-beanstalk-bluegreen did not assume it."""
    if not isinstance(error, ClientError) or error.operation_name != "AssumeRole":
        return ""
    return "AWS_ROLE names that role. Unset AWS_ROLE if the credentials are enough, or let them assume the role.\n"


def _what_goes_on(commands: Commands) -> str:
    if commands.followed is None:
        return "The program follows nothing. Run status to see whether a release runs."
    return f"The release goes on: {commands.followed}\nThe same command follows it again; abort stops it."


def _raise_signal(number: int, _frame: FrameType | None) -> None:
    raise SignalReceived(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="trigger",
        description=__doc__,
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command", nargs="?", choices=(*MODES, *COMMANDS, FLEET), default="full", help="default: %(default)s"
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=[each for each in COMMANDS if each not in OF_ENVIRONMENTS],
        help=f"after {FLEET}: acts on the newest fleet instead of starting one",
    )
    parser.add_argument("--detach", action="store_true", help="start the release, and do not follow it")
    parser.add_argument("--dry-run", action="store_true", help="only report what a release would do")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: one object a line")
    parser.add_argument("--poll", type=_seconds, default=5, metavar="SECONDS", help="time between polls, default: 5")
    parser.add_argument("--html", metavar="FILE", help="after report: save the page of the release in this file")
    parser.add_argument("--because", default="by a person", metavar="WHY", help="the cause, for reject and abort")
    return parser


def _seconds(text: str) -> float:
    """Return a number of seconds up to an hour. Raises ValueError, which argparse reports."""
    if not 0 < (seconds := float(text)) <= 3600:
        raise ValueError(text)
    return seconds
