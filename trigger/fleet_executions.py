"""The executions of the state machine that releases fleets, and the releases of a fleet."""

import json
from typing import Any

from trigger.release_executions import Found, ReleaseExecutions

COUNTING = ("PlanFleet", "JudgeGroup")
"""The states whose output says what is known of each release."""
LEFT = "left"


class FleetExecutions(ReleaseExecutions):
    """The executions of a state machine of fleets."""

    @property
    def _words(self) -> str:
        return f"fleet-{str(self._request.get('version', ''))[:15]}"

    def _is_ours(self, asked: Any) -> bool:
        return isinstance(asked, dict) and not asked.get("dry_run")

    def last_known(self, execution: str) -> Found | None:
        """Return the fleet as the last state that counted passed it on; None before the first."""
        return next(filter(None, map(counted, self.events(execution))), None)

    def running_releases(self, fleet: Found) -> dict[int, str]:
        """Return the running executions of the fleet's releases: ARNs by the number of the release."""
        machine = self._machine.removesuffix("-fleet")
        prefix = f"fleet-{fleet['digest']}-"
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
        listed = [each for page in pages for each in page["executions"] if each["name"].startswith(prefix)]
        return {int(each["name"].removeprefix(prefix).partition("-")[0]): each["executionArn"] for each in listed}


def counted(event: Found) -> Found | None:
    """Return the fleet that a state passed on, if the event is the end of a state that counts."""
    details = event.get("stateExitedEventDetails", {})
    if details.get("name") not in COUNTING:
        return None
    fleet: Found | None = json.loads(details["output"]).get("fleet")
    return fleet if fleet and "releases" in fleet else None


def numbers(fleet: Found) -> dict[str, int]:
    """Return how many releases there are in each state."""
    states = [each.get("state", LEFT) for each in fleet["releases"]]
    return {state: states.count(state) for state in ("released", "failed", LEFT, "unchanged")}
