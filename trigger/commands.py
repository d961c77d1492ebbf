"""The commands of the program: start a release, show, follow, redrive, answer or abort one."""

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from boto3 import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trigger import exit_status
from trigger.aws_session import create_session, sign_in
from trigger.environment_pair import EnvironmentPair, in_words
from trigger.follower import Follower, ReleaseFollower
from trigger.output import Output
from trigger.production import FORMER_KEY, former_cname
from trigger.release_executions import RUNNING, UNDER_WAY, Found, ReleaseExecutions
from trigger.stored_report import ReportMissingError, StoredReport
from trigger.variables import BUCKET_NAMES, Variables

MODES = ("full", "deploy", "cutover", "rollback")
COMMANDS = ("status", "watch", "history", "report", "redrive", "approve", "reject", "abort")
OF_ENVIRONMENTS = ("history", "report")
"""The commands that fleets do not have."""
SHOWN_RELEASES = 10
MORE_RETRIES = Config(retries={"mode": "standard", "max_attempts": 10})


class RefusedError(Exception):
    """The command cannot be done; the message says why. `status`: the exit status."""

    def __init__(self, why: str, status: int = exit_status.REFUSED) -> None:
        super().__init__(why)
        self.status = status


class Commands:
    """Runs the command of the options."""

    _nothing_runs = "No release runs on this environment. Run status to see the last one."

    def __init__(self, options: argparse.Namespace, output: Output) -> None:
        self._options, self._output = options, output
        self.followed: str | None = None
        """The ARN of the execution that goes on when the program ends."""

    def run(self, variables: Variables) -> int:
        """Run the command; return the exit status. Raises RefusedError and botocore's exceptions."""
        request = self._request(variables)
        session = create_session(variables)
        self._require_no(variables.problems)
        if session is None:
            raise AssertionError("a session is missing without a problem")
        session, machine = sign_in(session, variables)
        self._require_no(variables.problems)
        self._connect(session, variables, machine, request)
        try:
            return self._run(self._command)
        except self._executions.states.exceptions.StateMachineDoesNotExist as error:
            raise RefusedError(
                f"There is no state machine {machine}. Correct ENV, STATE_MACHINE_ARN, the region or the account; "
                "or deploy the stack first."
            ) from error

    @property
    def _command(self) -> str:
        return str(self._options.command)

    def _request(self, variables: Variables) -> dict[str, Any]:
        return variables.execution_input(self._command, dry_run=self._options.dry_run)

    def _connect(self, session: Session, variables: Variables, machine: str, request: dict[str, Any]) -> None:
        self._session, self._bucket = session, variables.get(*BUCKET_NAMES)
        self._environments = EnvironmentPair(session.client("elasticbeanstalk", config=MORE_RETRIES), request)
        self._take_former_cname(session, variables, request)
        self._executions = ReleaseExecutions(session.client("stepfunctions", config=MORE_RETRIES), machine, request)
        self._releases = ReleaseFollower(self._executions, self._environments, self._output)
        self._follower: Follower = self._releases

    def _run(self, command: str) -> int:
        if command in MODES:
            return self._follow(self._executions.start())
        if command == "history":
            return self._history()
        running = self._executions.newest(RUNNING)
        of_newest = {"status": self._status, "report": self._report, "redrive": self._redrive}
        if command in of_newest:
            return of_newest[command](running or self._executions.newest())
        if running is None:
            raise RefusedError(self._nothing_runs)
        of_running = {"watch": self._follow, "abort": self._abort}
        return of_running.get(command, self._answer)(running["executionArn"])

    @staticmethod
    def _require_no(problems: Sequence[str]) -> None:
        if problems:
            text = "\n  - ".join(["Nothing was done. Correct the environment variables:", *problems])
            raise RefusedError(text, exit_status.WRONG_VARIABLES)

    def _take_former_cname(self, session: Session, variables: Variables, request: dict[str, Any]) -> None:
        """Add to the request the production CNAME that docker-beanstalk-bluegreen left, if nothing else tells it."""
        bucket, key = variables.get(*BUCKET_NAMES), variables.get("BLUE_CNAME_CONFIG_FILE") or FORMER_KEY
        if not bucket or "{" in key or "production_cname" in request:
            return
        try:
            if self._environments.tells_production():
                return
            cname = former_cname(session.client("s3"), bucket, key)
            if cname and self._environments.holds(cname):
                request["production_cname"] = cname
                self._output.write("production", f"users know {cname}, as s3://{bucket}/{key} says", cname=cname)
        except (BotoCoreError, ClientError):
            return  # the state machine finds out, or asks for it

    def _status(self, newest: Found | None) -> int:
        environments = self._environments.describe()
        for each in environments:
            self._output.write("environment", in_words(each) + ("  <- users" if each["serves"] else ""), **each)
        if not any(each["serves"] for each in environments):
            self._output.write("warning", f"Users are served by {self._environments.serving()}.")
        if newest is None:
            self._output.write("release", "There was no release yet.")
        else:
            self._follower.write_summary(newest)
        return exit_status.SUCCEEDED

    def _history(self) -> int:
        found = list(islice(self._executions.of_environment(), SHOWN_RELEASES))
        for each in found:
            self._releases.write_line(each)
        if not found:
            self._output.write("release", "There was no release yet.")
        return exit_status.SUCCEEDED

    def _report(self, newest: Found | None) -> int:
        if newest is None:
            raise RefusedError("There was no release yet, so there is nothing to report.")
        if not self._options.html:
            self._releases.write_stages(newest)
            self._follower.write_summary(newest)
        ended = newest["status"] not in UNDER_WAY
        if not ended and self._options.html:
            raise RefusedError(f"{newest['name']} still runs: its report is written when it has ended. Run watch.")
        if ended:
            self._write_report(newest["executionArn"])
        return exit_status.SUCCEEDED

    def _write_report(self, execution: str) -> None:
        """Save the page of an execution, or write where it is."""
        file: str | None = self._options.html
        report = StoredReport(self._session, execution, self._bucket)
        try:
            if file:
                report.save(Path(file))
                self._output.write("report", f"The report of {execution} is in {file}.", file=file)
            else:
                self._output.write("report", f"The report as a page: {report.link}", link=report.link)
        except ReportMissingError as missing:
            if file:
                raise RefusedError(str(missing)) from missing
            self._output.write("warning", str(missing))

    def _redrive(self, newest: Found | None) -> int:
        if newest is None or newest["status"] in (*UNDER_WAY, "SUCCEEDED"):
            found = f"{newest['name']} is {newest['status']}" if newest else "there was no release yet"
            raise RefusedError(f"No release to redrive: {found}.")
        last = next(self._executions.events(newest["executionArn"]))["id"]
        self._executions.states.redrive_execution(executionArn=newest["executionArn"])
        return self._follow(newest["executionArn"], after=last)

    def _abort(self, execution: str) -> int:
        states, because = self._executions.states, self._options.because
        stopped = states.stop_execution(executionArn=execution, error="Aborted", cause=because)
        found = states.describe_execution(executionArn=execution)  # it may still show the old status
        self._follower.write_summary({**found, "status": "ABORTED", "stopDate": stopped["stopDate"]})
        return exit_status.SUCCEEDED

    def _answer(self, execution: str) -> int:
        token = self._executions.approval_token(execution)
        if token is None:
            raise RefusedError(f"No request for approval is open in {execution}. Run status to see its state.")
        last = next(self._executions.events(execution))["id"]
        if self._command == "approve":
            self._executions.states.send_task_success(taskToken=token, output="{}")
        else:
            because = self._options.because
            self._executions.states.send_task_failure(taskToken=token, error="Rejected", cause=because)
        return self._follow(execution, after=last)

    def _follow(self, execution: str, after: int = 0) -> int:
        self.followed = execution
        self._follower.write_start(execution)
        if self._options.detach:
            return exit_status.SUCCEEDED
        return self._follower.follow(execution, after=after, poll_seconds=self._options.poll)
