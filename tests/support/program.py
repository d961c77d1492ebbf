"""The rehearsal as a person runs it: a program of its own, which must leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class Program:
    """One run of `python -m rehearsal`, or of another module, in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str, module: str = "rehearsal") -> None:
        self.output = folder / "output"
        self._folder = folder
        command = [sys.executable, "-m", module, *arguments, "--output", str(self.output)]
        with self._file("stdout").open("wb") as stdout, self._file("stderr").open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - a program of our own
                command,
                cwd=ROOT,
                env={**os.environ, "MARK": str(folder)},
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

    def reaches(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds, for as long as the program runs."""
        deadline = time.monotonic() + 300
        while not condition():
            assert self._process.poll() is None, f"it ended too early: {self.stdout}{self.stderr}"
            assert time.monotonic() < deadline, f"it took too long: {self.stdout}{self.stderr}"
            time.sleep(0.02)

    def logged(self, words: str) -> bool:
        log = self.output / "cdk.log"
        return log.exists() and words in log.read_text()

    def left_behind(self) -> list[str]:
        """The processes that have this run's folder in their command or their environment."""
        listed = subprocess.run(
            ["/bin/ps", "axeww", "-o", "pid=,stat=,command="], capture_output=True, text=True, check=True
        )
        return [line for line in listed.stdout.splitlines() if str(self._folder) in line and " Z" not in line[:14]]

    def end(self) -> None:
        for line in self.left_behind():
            os.kill(int(line.split()[0]), signal.SIGKILL)
        self._process.wait(10)

    def _file(self, name: str) -> Path:
        return self._folder / name
