"""Follows an execution to its end, and writes what happens in it."""

import json
import time
from typing import Any, Protocol

from trigger import exit_status
from trigger.environment_pair import EnvironmentPair
from trigger.failure_text import advice, cause_lines, new_events
from trigger.output import Output, cause_message, minutes_and_seconds
from trigger.release_executions import UNDER_WAY, Found, ReleaseExecutions
from trigger.stage_visits import visits_in

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-iso": "console.c2shome.ic.gov",
    "aws-iso-b": "console.sc2shome.sgov.gov",
    "aws-iso-e": "console.csphome.adc-e.uk",
    "aws-iso-f": "console.csphome.hci.ic.gov",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""The console's host by partition, as in lambdas/console.py."""


class Follower(Protocol):
    """Writes what happens in executions. All methods raise botocore's exceptions."""

    def write_start(self, execution: str) -> None:
        """Write the name of the execution, and the link to it."""

    def follow(self, execution: str, *, after: int, poll_seconds: float) -> int:
        """Write what happens after the event of that number, until the execution ends; return the exit status."""

    def write_summary(self, found: Found) -> int:
        """Write all facts about an execution; return the exit status for its status."""


class ReleaseFollower:
    """Follows executions of one blue environment. All methods raise botocore's exceptions."""

    def __init__(self, executions: ReleaseExecutions, environments: EnvironmentPair, output: Output) -> None:
        self._executions, self._environments, self._output = executions, environments, output

    def write_start(self, execution: str) -> None:
        """Write the name of the execution, and the link to it."""
        text = f"{execution.rpartition(':')[2]}\n{console_link(execution)}"
        self._output.write("following", text, execution=execution)

    def follow(self, execution: str, *, after: int, poll_seconds: float) -> int:
        """Write what happens after the event of that number, until the execution ends; return the exit status."""
        self._write_serving()
        seen = after
        while True:
            found = self._executions.states.describe_execution(executionArn=execution)
            news = list(self._executions.events(execution, seen))[::-1]
            for event in news:
                self._output.write_history_event(event)
                seen = event["id"]
            if found["status"] not in UNDER_WAY and seen > after:  # after a redrive, the old status may still show
                return self.write_summary(found)
            if any(event.get("stateExitedEventDetails", {}).get("name", "").endswith("Live") for event in news):
                self._write_serving()
            time.sleep(poll_seconds)

    def _write_serving(self) -> None:
        serving = self._environments.serving()
        self._output.write("serving", f"         users are served by {serving}", serving=serving)

    def write_line(self, found: Found) -> None:
        """Write one line about an execution: when it started, its status, what was asked for, its error."""
        request, ended = json.loads(found["input"]), found.get("stopDate")
        lasted = minutes_and_seconds(ended - found["startDate"]) if ended else "now"
        asked = f"{request.get('mode', 'full')} {request.get('version', '')}".strip()
        words = (
            f"{found['startDate']:%Y-%m-%d %H:%M}  {found['status']:<10}{lasted:>7}  {asked}  {found.get('error', '')}"
        )
        facts: dict[str, Any] = {name: found.get(name) for name in ("status", "error", "startDate", "stopDate", "name")}
        self._output.write("release", words.rstrip(), execution=found["executionArn"], input=request, **facts)

    def write_stages(self, found: Found) -> None:
        """Write the stages of an execution, with the time that each took."""
        events = list(self._executions.events(found["executionArn"]))[::-1]
        for visit in visits_in(events):
            facts: dict[str, Any] = {"entered": visit.entered, "left": visit.left, "polls": visit.polls}
            facts |= {"error": visit.error, "cause": visit.cause}
            self._output.write("stage", visit.in_words(found["startDate"]), state=visit.name, **facts)

    def write_summary(self, found: Found) -> int:
        """Write all facts about an execution; return the exit status for its status."""
        execution, cause = found["executionArn"], cause_message(found.get("cause", ""))
        request, output = json.loads(found["input"]), json.loads(found.get("output", "{}"))
        refused = output.get("status") == "refused"
        status = exit_status.FAILED if refused else exit_status.OF_EXECUTION.get(found["status"], 0)
        since = found.get("redriveDate", found["startDate"])
        ended = f" after {minutes_and_seconds(found['stopDate'] - since)}" if "stopDate" in found else ""
        serving, errors = self._environments.serving(), self._environments.errors(since) if status else []
        error, redrivable = found.get("error", ""), found.get("redriveStatus") == "REDRIVABLE"
        what_to_do = advice(error, redrivable=redrivable)
        lines = [f"{found['name']} {found['status']}{ended}"]
        lines += [f"asked for: {request.get('mode', 'full')} {request.get('version', '')}"]
        lines += [f"in {self._executions.current_state(execution)}"] if found["status"] in UNDER_WAY else []
        lines += [f"users are served by {serving}"]
        lines += [f"what to do: {what_to_do}"] if what_to_do else []
        lines += [f"{name.replace('_', ' ')}: {value}" for name, value in output.items() if isinstance(value, str)]
        lines += cause_lines(error, cause) if error else []
        lines += new_events(errors, cause)
        lines += [console_link(execution)]
        facts: dict[str, Any] = {name: found.get(name) for name in ("status", "error", "redriveStatus", "stopDate")}
        facts |= {"cause": cause, "input": request, "output": output, "events": errors, "serving": serving}
        link = console_link(execution)
        self._output.write("release", "\n  ".join(lines), execution=execution, console=link, **facts)
        return status


def console_link(execution: str) -> str:
    """Return the address of the execution's page in the console. `execution`: its ARN."""
    region = execution.split(":")[3]
    return f"https://{console_host(execution)}/states/home?region={region}#/v2/executions/details/{execution}"


def console_host(execution: str) -> str:
    """Return the console's host in the partition of the execution."""
    return CONSOLES.get(execution.split(":")[1], CONSOLES["aws"])
