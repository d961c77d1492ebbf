"""Follows an execution to its end, and writes what happens in it."""

import json
import time
from typing import Any, Protocol

from trigger import exit_status
from trigger.environment_pair import EnvironmentPair
from trigger.output import Output, cause_message, minutes_and_seconds
from trigger.release_executions import UNDER_WAY, Found, ReleaseExecutions

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

    def write_summary(self, found: Found) -> int:
        """Write all facts about an execution; return the exit status for its status."""
        execution, cause = found["executionArn"], cause_message(found.get("cause", ""))
        request, output = json.loads(found["input"]), json.loads(found.get("output", "{}"))
        refused = output.get("status") == "refused"
        status = exit_status.FAILED if refused else exit_status.OF_EXECUTION.get(found["status"], 0)
        since = found.get("redriveDate", found["startDate"])
        ended = f" after {minutes_and_seconds(found['stopDate'] - since)}" if "stopDate" in found else ""
        serving, errors = self._environments.serving(), self._environments.errors(since) if status else []
        lines = [f"{found['name']} {found['status']}{ended}"]
        lines += [f"asked for: {request.get('mode', 'full')} {request.get('version', '')}"]
        lines += [f"in {self._executions.current_state(execution)}"] if found["status"] in UNDER_WAY else []
        lines += [f"{name.replace('_', ' ')}: {value}" for name, value in output.items() if isinstance(value, str)]
        lines += [f"{found['error']}: {cause}"] if "error" in found else []
        lines += [f"Elastic Beanstalk: {error}" for error in errors]
        redrivable = found.get("redriveStatus") == "REDRIVABLE"
        lines += ["remove the cause, then redrive resumes the release"] if redrivable else []
        lines += [f"users are served by {serving}", console_link(execution)]
        facts: dict[str, Any] = {name: found.get(name) for name in ("status", "error", "redriveStatus", "stopDate")}
        facts |= {"cause": cause, "input": request, "output": output, "events": errors, "serving": serving}
        link = console_link(execution)
        self._output.write("release", "\n  ".join(lines), execution=execution, console=link, **facts)
        return status


def console_link(execution: str) -> str:
    """Return the address of the execution's page in the console. `execution`: its ARN."""
    partition, region = execution.split(":")[1], execution.split(":")[3]
    host = CONSOLES.get(partition, CONSOLES["aws"])
    return f"https://{host}/states/home?region={region}#/v2/executions/details/{execution}"
