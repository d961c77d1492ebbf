"""Starts a release and follows it, or does something about one. Everything else happens in the state machine."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trigger.aws_session import create_session, sign_in
from trigger.environment_pair import EnvironmentPair, in_words
from trigger.output import Output, clock, message
from trigger.release_executions import UNDER_WAY, Found, ReleaseExecutions
from trigger.variables import Variables

MODES = ("full", "deploy", "cutover", "rollback")
COMMANDS = ("status", "redrive", "approve", "reject", "abort")
STATUSES = {"SUCCEEDED": 0, "FAILED": 1, "TIMED_OUT": 3, "ABORTED": 4}
WRONG_VARIABLES, COULD_NOT, LOST_SIGHT = 2, 5, 6
PATIENT = Config(retries={"mode": "standard", "max_attempts": 10})
HELP = """exit status: 0 the release SUCCEEDED, or status and abort did what they do; 1 FAILED; 2 wrong variables or
arguments; 3 TIMED_OUT; 4 ABORTED; 5 nothing could be started, redriven, answered or aborted; 6 the release was lost
sight of, and goes on; 128 + n: signal n ended the program, the release goes on."""


class RefusedError(Exception):
    """What was asked for cannot be done. `status`: of the exit."""

    def __init__(self, why: str, status: int = COULD_NOT) -> None:
        super().__init__(why)
        self.status = status


class SignalReceived(BaseException):
    """By the signal whose number is the argument."""


class Trigger:
    """Does what the options ask for."""

    def __init__(self, options: argparse.Namespace, report: Output) -> None:
        self._options, self._report = options, report
        self.followed: str | None = None
        """The execution that goes on without the program."""

    def run(self, variables: Variables) -> int:
        """The exit status. Raises RefusedError, and botocore's exceptions."""
        command = self._options.command
        request = variables.execution_input(command, dry_run=self._options.dry_run)
        session = create_session(variables)
        if variables.problems or session is None:
            problems = "\n  - ".join(["Nothing was done. Correct the environment variables:", *variables.problems])
            raise RefusedError(problems, WRONG_VARIABLES)
        record = variables.get("BLUE_CNAME_CONFIG_FILE") or ""
        if record and not ("{application}" in record and "{blue}" in record):
            told = "is not used: where records are kept is decided when the stack is deployed (-c record_key=)"
            self._report.tell("warning", f"BLUE_CNAME_CONFIG_FILE={record} {told}.")
        session, machine = sign_in(session, variables)
        self._releases = ReleaseExecutions(session.client("stepfunctions", config=PATIENT), machine, request)
        self._environments = EnvironmentPair(session.client("elasticbeanstalk", config=PATIENT), request)
        if command in MODES:
            return self._follow(self._releases.start())
        found = self._releases.newest(*UNDER_WAY)
        if command == "status":
            return self._status(found or self._releases.newest())
        if command == "redrive":
            return self._redrive(found or self._releases.newest())
        if found is None:
            raise RefusedError("No release runs on this environment; status tells of the last.")
        if command == "abort":
            return self._abort(found["executionArn"])
        return self._answer(found["executionArn"])

    def _status(self, newest: Found | None) -> int:
        standing = self._environments.look()
        for each in standing:
            self._report.tell("environment", in_words(each) + ("  <- users" if each["serves"] else ""), **each)
        if not standing:
            self._report.tell("warning", f"Users are served by {self._environments.serving()}.")
        if newest is None:
            self._report.tell("release", "There was no release yet.")
        else:
            self._tell(newest)
        return 0

    def _redrive(self, newest: Found | None) -> int:
        if newest is None or newest["status"] in (*UNDER_WAY, "SUCCEEDED"):
            what = f"{newest['name']} is {newest['status']}" if newest else "there was no release yet"
            raise RefusedError(f"Nothing is to be redriven: {what}.")
        last = next(self._releases.events(newest["executionArn"]))["id"]
        self._releases.states.redrive_execution(executionArn=newest["executionArn"])
        return self._follow(newest["executionArn"], after=last)

    def _abort(self, execution: str) -> int:
        states, because = self._releases.states, self._options.because
        stopped = states.stop_execution(executionArn=execution, error="Aborted", cause=because)
        found = states.describe_execution(executionArn=execution)  # which takes a moment to show it
        self._tell({**found, "status": "ABORTED", "stopDate": stopped["stopDate"]})
        return 0

    def _answer(self, execution: str) -> int:
        token = self._releases.question(execution)
        if token is None:
            raise RefusedError(f"Nothing is asked at present by {execution}.")
        last = next(self._releases.events(execution))["id"]
        if self._options.command == "approve":
            self._releases.states.send_task_success(taskToken=token, output="{}")
        else:
            because = self._options.because
            self._releases.states.send_task_failure(taskToken=token, error="Rejected", cause=because)
        return self._follow(execution, after=last)

    def _follow(self, execution: str, after: int = 0) -> int:
        self.followed = execution
        self._report.tell("following", f"{execution.rpartition(':')[2]}\n{link(execution)}", execution=execution)
        if self._options.detach:
            return 0
        self._tell_serving()
        seen = after
        while True:
            found = self._releases.states.describe_execution(executionArn=execution)
            news = list(self._releases.events(execution, seen))[::-1]
            for event in news:
                self._report.history(event)
                seen = event["id"]
            if found["status"] not in UNDER_WAY and seen > after:  # a redrive takes a moment to show
                return self._tell(found)
            if any(event.get("stateExitedEventDetails", {}).get("name", "").endswith("Live") for event in news):
                self._tell_serving()
            time.sleep(self._options.poll)

    def _tell_serving(self) -> None:
        serving = self._environments.serving()
        self._report.tell("serving", f"         users are served by {serving}", serving=serving)

    def _tell(self, found: Found) -> int:
        """All there is to say of an execution. Returns the exit status that its status stands for."""
        execution, cause = found["executionArn"], message(found.get("cause", ""))
        asked, output = json.loads(found["input"]), json.loads(found.get("output", "{}"))
        status = 1 if output.get("status") == "refused" else STATUSES.get(found["status"], 0)
        since = found.get("redriveDate", found["startDate"])
        ended = f" after {clock(found['stopDate'] - since)}" if "stopDate" in found else ""
        serving, errors = self._environments.serving(), self._environments.errors(since) if status else []
        lines = [f"{found['name']} {found['status']}{ended}"]
        lines += [f"asked for: {asked.get('mode', 'full')} {asked.get('version', '')}"]
        lines += [f"in {self._releases.state(execution)}"] if found["status"] in UNDER_WAY else []
        lines += [f"{name.replace('_', ' ')}: {value}" for name, value in output.items() if isinstance(value, str)]
        lines += [f"{found['error']}: {cause}"] if "error" in found else []
        lines += [f"Elastic Beanstalk: {error}" for error in errors]
        lines += ["redrive lets it go on, once the cause is gone"] if found.get("redriveStatus") == "REDRIVABLE" else []
        lines += [f"users are served by {serving}", link(execution)]
        facts: dict[str, Any] = {name: found.get(name) for name in ("status", "error", "redriveStatus", "stopDate")}
        facts |= {"cause": cause, "input": asked, "output": output, "events": errors, "serving": serving}
        self._report.tell("release", "\n  ".join(lines), execution=execution, console=link(execution), **facts)
        return status


def link(execution: str) -> str:
    """The execution's page in the console, by its ARN."""
    region = execution.split(":")[3]
    return f"https://console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{execution}"


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the program; return its exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    options = _parser().parse_args(arguments)
    report = Output(as_json=options.output == "json")
    trigger = Trigger(options, report)
    try:
        return trigger.run(Variables(environ))
    except RefusedError as refusal:
        text, status = str(refusal), refusal.status
    except SignalReceived as interrupted:
        text, status = f"Stopped following. {_what_goes_on(trigger)}", 128 + interrupted.args[0]
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        text, status = f"Nobody reads this any more. {_what_goes_on(trigger)}", 128 + signal.SIGPIPE
    except (BotoCoreError, ClientError) as error:
        status = LOST_SIGHT if trigger.followed else COULD_NOT
        text = f"{error}\n{_what_goes_on(trigger)} If credentials have expired, renew them first."
    report.tell("error", text, execution=trigger.followed, exit_status=status)
    return status


def _what_goes_on(trigger: Trigger) -> str:
    if trigger.followed is None:
        return "No release is followed; status tells whether one runs."
    return f"The release goes on: {trigger.followed}\nThe same command follows it again; abort stops it."


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise SignalReceived(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trigger", description=__doc__, epilog=HELP)
    parser.add_argument("command", nargs="?", choices=MODES + COMMANDS, default="full", help="by default %(default)s")
    parser.add_argument("--detach", action="store_true", help="start the release, and do not follow it")
    parser.add_argument("--dry-run", action="store_true", help="only tell what a release would do")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: one object a line")
    parser.add_argument("--poll", type=_seconds, default=5, metavar="SECONDS", help="between two looks, by default 5")
    parser.add_argument("--because", default="by a person", metavar="WHY", help="for reject and abort: the cause")
    return parser


def _seconds(text: str) -> float:
    """Raises ValueError, which argparse tells of."""
    if not 0 < (found := float(text)) <= 3600:
        raise ValueError(text)
    return found
