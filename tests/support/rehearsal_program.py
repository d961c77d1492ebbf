"""The rehearsal as a person runs it: a program of its own, which must not leave processes behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rehearsal.wait import until

ROOT = Path(__file__).parent.parent.parent


class RehearsalProgram:
    """One run of `python -m rehearsal`, or of another module, in a folder of its own."""

    def __init__(
        self, folder: Path, *arguments: str, module: str = "rehearsal", variables: Mapping[str, str] | None = None
    ) -> None:
        self.output = folder / "output"
        self._folder = folder
        command = [sys.executable, "-m", module, *arguments, "--output", str(self.output)]
        with self._file("stdout").open("wb") as stdout, self._file("stderr").open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - a program of our own
                command,
                cwd=ROOT,
                env={**os.environ, "MARK": str(folder), **(variables or {})},
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def stdout(self) -> str:
        return self._file("stdout").read_text()

    @property
    def stderr(self) -> str:
        return self._file("stderr").read_text()

    def wait(self, seconds: float = 300) -> int:
        return self._process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds. Raises AssertionError when the program ends before."""

        def reached() -> bool:
            if condition():
                return True
            assert self._process.poll() is None, f"it ended too early: {self.stdout}{self.stderr}"
            return False

        until(reached, "the condition", 300, found=lambda: self.stdout + self.stderr, poll_seconds=0.02)

    def logged(self, words: str) -> bool:
        log = self.output / "cdk.log"
        return log.exists() and words in log.read_text()

    def left_behind(self) -> list[str]:
        """Return the processes with this run's folder in their command or their environment."""
        listed = subprocess.run(
            ["/bin/ps", "axeww", "-o", "pid=,stat=,command="], capture_output=True, text=True, check=True
        )
        return [line for line in listed.stdout.splitlines() if str(self._folder) in line and " Z" not in line[:14]]

    def kill(self) -> None:
        """Kill the program and the processes that it left."""
        for line in self.left_behind():
            os.kill(int(line.split()[0]), signal.SIGKILL)
        self._process.wait(10)

    def _file(self, name: str) -> Path:
        return self._folder / name
