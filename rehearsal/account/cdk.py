"""Runs the CDK CLI against an account, on this machine or on AWS: `synth`, `bootstrap` and `deploy`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.account.caches import cache_variables
from rehearsal.signals import deferred

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = Path(sys.prefix) / "bin"
"""The programs of this virtual environment: the CLI, its Node.js and Python."""
ATTACHED = (sys.executable, "-I", "-S", str(Path(__file__).with_name("attached_program.py")))
"""Runs the CLI so that it ends with this process, also when this process is killed."""
SHOWN_LINES = 15
GRACE_SECONDS = 2.0


class CdkError(Exception):
    """The CDK CLI failed; the message holds the last lines that it wrote."""


@dataclass(frozen=True)
class Cdk:
    """Runs the CLI on this repository's app. `options` of the methods are more words of the CLI's command line.

    `environment`: variables that point the CLI at the account. `log`: the file for its output.
    `assembly`: the folder for what the app synthesizes. `program`: the CLI.
    """

    environment: Mapping[str, str]
    log: Path
    assembly: Path
    program: Path = PROGRAMS / "cdk"

    def synthesize(self, *options: str) -> None:
        """Run the app. Raises CdkError."""
        self._run("synth", "--quiet", "--output", str(self.assembly), *options)

    def bootstrap(self, account_id: str, region: str, *options: str) -> None:
        """Bootstrap the account for the CDK. Raises CdkError."""
        self._run("bootstrap", f"aws://{account_id}/{region}", "--app", str(self.assembly), *options)

    def deploy(self, *options: str) -> dict[str, str]:
        """Deploy the app's one stack and return its outputs. Raises CdkError."""
        outputs = self.log.with_name("outputs.json")
        self._run(
            "deploy", "--app", str(self.assembly), "--require-approval", "never", "--method", "direct",
            "--outputs-file", str(outputs), *options,
        )  # fmt: skip
        stacks: dict[str, dict[str, str]] = json.loads(outputs.read_text())
        return next(iter(stacks.values()))

    def _run(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            log.write(f"$ cdk {' '.join(arguments)}\n".encode())
            log.flush()
            begin = log.tell()
            status = self._wait_for(arguments, log.fileno())
        if status != 0:
            raise CdkError(
                f"cdk {arguments[0]} ended with status {status}; expected 0. Its last lines (all are in {self.log}):\n"
                + self._last_lines(begin)
            )

    def _wait_for(self, arguments: tuple[str, ...], log: int) -> int:
        process = None
        try:
            with deferred():
                process = subprocess.Popen(
                    [*ATTACHED, str(self.program), *arguments, "--no-notices", "--no-color"],
                    cwd=ROOT, env=self._variables(), stdin=subprocess.PIPE, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            return process.wait()
        finally:
            if process is not None:
                if process.poll() is None:
                    _end(process)
                if process.stdin is not None:
                    process.stdin.close()

    def _variables(self) -> dict[str, str]:
        """Return the person's variables without those that would change what the CLI or the app does."""
        removed = ("AWS_", "CDK_")
        own = {name: value for name, value in os.environ.items() if not name.startswith(removed) and name != "ENV"}
        path = os.pathsep.join([str(PROGRAMS), own.get("PATH", os.defpath)])
        quiet = {"CI": "true", "CDK_DISABLE_VERSION_CHECK": "true", "CDK_DISABLE_CLI_TELEMETRY": "true"}
        direct = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        return own | cache_variables() | quiet | direct | {"PATH": path} | dict(self.environment)

    def _last_lines(self, begin: int) -> str:
        written = self.log.read_bytes()[begin:].decode(errors="replace")
        return "\n".join(f"  {line}" for line in written.strip().splitlines()[-SHOWN_LINES:])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the CLI and the programs that it started: they share a process group."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS raises the second for a group that has ended
        return
    process.wait()
