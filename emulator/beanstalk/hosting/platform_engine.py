"""Runs the commands of a deployment on an instance, and writes what the platform's engine writes to its logs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from emulator.beanstalk.bundle.start_commands import ApplicationStartError
from emulator.beanstalk.hosting.supervised import run_to_end
from emulator.beanstalk.hosting.workspace import Workspace

COMMAND_SECONDS = 600.0
"""Real seconds for one command: AWS's default of the option Timeout in aws:elasticbeanstalk:command."""
_QUOTED_LINES = 4


class PlatformEngine:
    """Runs commands in a deployment's workspace. `logs`: the folder for eb-engine.log and cfn-init-cmd.log.

    `command`: what Elastic Beanstalk ordered, such as app-deploy.
    """

    def __init__(self, workspace: Workspace, logs: Path, command: str) -> None:
        self.workspace = workspace
        self.log = logs / "eb-engine.log"
        self._output = logs / "cfn-init-cmd.log"
        self._command = command

    def note(self, text: str, level: str = "INFO") -> None:
        """Append a line to eb-engine.log."""
        with self.log.open("a") as log:
            log.write(f"{datetime.now(UTC):%Y/%m/%d %H:%M:%S.%f} [{level}] {text}\n")

    def failure(self, step: str, reason: str, event: str | None = None) -> ApplicationStartError:
        """Return the error of a step that fails, and log it. `event`: see ApplicationStartError.

        The line is recorded in https://github.com/rennokki/laravel-aws-eb/issues/57.
        """
        self.note(
            f"An error occurred during execution of command [{self._command}] - [{step}]. Stop running the command."
            f" Error: {reason}",
            "ERROR",
        )
        return ApplicationStartError(reason, event)

    def status(
        self, command: str | Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> int | None:
        """Run a command and return its exit status; None when it takes too long. Its output goes to a log.

        `folder`: the deployment's by default. `environment`: variables besides those of the workspace.
        """
        workspace = self.workspace
        return run_to_end(
            workspace.shell_command(command),
            folder=folder or workspace.folder,
            environment=workspace.environment() | dict(environment or {}),
            log=self._output,
            seconds=COMMAND_SECONDS,
        )

    def run(self, name: str, command: str | Sequence[str], step: str) -> None:
        """Run a command of the bundle. Raises ApplicationStartError unless it ends with status 0."""
        self.note(f"Running {name}")
        status = self.status(command)
        if status != 0:
            raise self.failure(step, f"{name} failed with {self.described(status)}")

    def described(self, status: int | None) -> str:
        """Return an exit status and the end of the command's output, for a message."""
        ended = f"no end within {COMMAND_SECONDS:g} s" if status is None else f"status {status}"
        written = self._output.read_text(errors="replace").splitlines() if self._output.exists() else []
        quoted = " / ".join(line.strip() for line in written[-_QUOTED_LINES:] if line.strip())
        return f"{ended}. It wrote: {quoted or 'nothing'}"
