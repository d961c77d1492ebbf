"""The commands for fleets: `fleet` starts one; `fleet status`, `fleet abort` and so on act on the newest."""

from typing import Any

from boto3 import Session

from trigger import exit_status
from trigger.commands import MODES, MORE_RETRIES, Commands
from trigger.fleet_executions import FleetExecutions
from trigger.fleet_follower import FleetFollower
from trigger.release_executions import Found
from trigger.variables import Variables

SUFFIX = "-fleet"
"""Behind the name of a stack in that of its state machine for fleets."""


class FleetCommands(Commands):
    """Runs the command of the options on fleets."""

    _nothing_runs = "No fleet runs. Run fleet status to see the last one."

    @property
    def _command(self) -> str:
        return self._options.action or MODES[0]

    def _request(self, variables: Variables) -> dict[str, Any]:
        return variables.fleet_input(starts=self._command in MODES, dry_run=self._options.dry_run)

    def _connect(self, session: Session, _variables: Variables, machine: str, request: dict[str, Any]) -> None:
        machine = machine if machine.endswith(SUFFIX) else f"{machine}{SUFFIX}"
        self._executions = FleetExecutions(session.client("stepfunctions", config=MORE_RETRIES), machine, request)
        self._fleets = self._follower = FleetFollower(self._executions, self._output)

    def _status(self, newest: Found | None) -> int:
        if newest is None:
            self._output.write("fleet", "There was no fleet yet.")
        else:
            self._fleets.write_releases(newest["executionArn"])
            self._fleets.write_summary(newest)
        return exit_status.SUCCEEDED
