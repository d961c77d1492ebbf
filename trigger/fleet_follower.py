"""Follows a fleet to its end, and writes how many of its releases have ended, and how."""

import json
import time
from typing import Any

from trigger import exit_status
from trigger.fleet_executions import LEFT, FleetExecutions, counted, numbers
from trigger.follower import console_link
from trigger.output import Output, cause_message, minutes_and_seconds
from trigger.release_executions import UNDER_WAY, Found


class FleetFollower:
    """Follows executions of the state machine of fleets. All methods raise botocore's exceptions."""

    def __init__(self, executions: FleetExecutions, output: Output) -> None:
        self._executions, self._output = executions, output

    def write_start(self, execution: str) -> None:
        """Write the name of the execution, and the link to it."""
        text = f"{execution.rpartition(':')[2]}\n{console_link(execution)}"
        self._output.write("following", text, execution=execution)

    def follow(self, execution: str, *, after: int, poll_seconds: float) -> int:
        """Write what happens after the event of that number, until the execution ends; return the exit status."""
        seen = after
        while True:
            found = self._executions.states.describe_execution(executionArn=execution)
            for event in list(self._executions.events(execution, seen))[::-1]:
                self._output.write_history_event(event)
                if fleet := counted(event):
                    self._output.write("fleet", f"         {in_words(numbers(fleet))}", counts=numbers(fleet))
                seen = event["id"]
            if found["status"] not in UNDER_WAY and seen > after:  # after a redrive, the old status may still show
                return self.write_summary(found)
            time.sleep(poll_seconds)

    def write_releases(self, execution: str) -> None:
        """Write what is known of each release of a fleet."""
        fleet = self._executions.last_known(execution)
        if fleet is None:
            return
        running = self._executions.running_releases(fleet)
        for each in fleet["releases"]:
            state = each.get("state", LEFT)
            if state == LEFT and each["number"] in running:
                state = "running"
            name = f"{each['request']['application']}/{each['request']['blue']}"
            why = f": {each['reason']}" if each.get("reason") else ""
            facts = {"wave": each["wave"], "execution": running.get(each["number"])}
            self._output.write("environment", f"{name} {state}{why}", name=name, state=state, **facts)

    def write_summary(self, found: Found) -> int:
        """Write all facts about a fleet; return the exit status for its status."""
        execution, cause = found["executionArn"], cause_message(found.get("cause", ""))
        output = json.loads(found.get("output", "{}"))
        refused = output.get("status") == "refused"
        status = exit_status.FAILED if refused else exit_status.OF_EXECUTION.get(found["status"], 0)
        since = found.get("redriveDate", found["startDate"])
        ended = f" after {minutes_and_seconds(found['stopDate'] - since)}" if "stopDate" in found else ""
        fleet = self._executions.last_known(execution)
        lines = [f"{found['name']} {found['status']}{ended}"]
        lines += [in_words(numbers(fleet))] if fleet else []
        lines += [f"wave {number}: {', '.join(wave)}" for number, wave in enumerate(output.get("waves", []), start=1)]
        lines += [f"in {self._executions.current_state(execution)}"] if found["status"] in UNDER_WAY else []
        lines += [output["because"]] if refused else []
        lines += [f"{found['error']}: {cause}"] if "error" in found else []
        redrivable = found.get("redriveStatus") == "REDRIVABLE"
        lines += ["remove the cause, then redrive releases what failed and what is left"] if redrivable else []
        lines += [console_link(execution)]
        facts: dict[str, Any] = {name: found.get(name) for name in ("status", "error", "redriveStatus", "stopDate")}
        facts |= {"cause": cause, "output": output, "execution": execution, "console": console_link(execution)}
        self._output.write("fleet", "\n  ".join(lines), **facts, counts=numbers(fleet) if fleet else {})
        return status


def in_words(counts: dict[str, int]) -> str:
    """Return the numbers of releases by state as text."""
    return ", ".join(f"{number} {state}" for state, number in counts.items() if number or state != "unchanged")
