"""Starts commands in a process group of their own, which ends with the account's server."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_STOP_SECONDS = 5.0


class SupervisedGroup:
    """A main command and commands beside it, started at once; see supervisor.py.

    `log`: the file for the output of the main command. `beside`: more commands, each with the file for its output.
    `status`: a file descriptor that gets the exit status of the main command.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        beside: Sequence[tuple[Sequence[str], Path]] = (),
        status: int | None = None,
    ) -> None:
        commands = [("", command), *((str(output), each) for each, output in beside)]
        words = [word for output, each in commands for word in (output, str(len(each)), *each)]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_SUPERVISOR), str(-1 if status is None else status), *words],
                bufsize=0,  # nothing is written to it
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=() if status is None else (status,),
            )

    def running(self) -> bool:
        """Return whether the main command runs."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> None:
        """Return when the group has ended, or after this time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def stop(self) -> None:
        """End the group: SIGTERM, then SIGKILL. May be called again."""
        if self._process.stdin is None:
            return
        self._process.stdin.close()
        self.wait(_STOP_SECONDS)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def run_to_end(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path, seconds: float
) -> int | None:
    """Run a command and return its exit status; None when it takes longer than `seconds` (real) or is killed.

    What it leaves running in its process group ends with it.
    """
    reader, writer = os.pipe()
    try:
        try:
            group = SupervisedGroup(command, folder=folder, environment=environment, log=log, status=writer)
        finally:
            os.close(writer)
        group.wait(seconds)
        group.stop()
        status = os.read(reader, 16)
    finally:
        os.close(reader)
    return int(status) if status else None
