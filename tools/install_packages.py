"""Install packages with pip, and show that it goes on: `python tools/install_packages.py requirements.txt`.

pip is silent while it unpacks thousands of files, and tells more than anybody reads before. On a terminal, one line has
the seconds and the step; elsewhere each long step has a line. When pip fails, all that it wrote follows. `make` runs it
with the Python of the virtual environment, which may have nothing but pip.
"""

import re
import subprocess
import sys
import threading
import time

LARGE = re.compile(r"Downloading ([A-Za-z0-9_.]+)-\d\S* \((\d+\.\d MB)\)")
"""A download of a megabyte or more."""
# Python compiles a module at its first import. To compile all 9,000 installed files takes longer. Nothing is installed
# twice, so pip keeps no copies.
OPTIONS = ("--disable-pip-version-check", "--no-compile", "--no-cache-dir", "--progress-bar", "off")


class InstallProgress:
    """Shows the step that runs. `terminal`: rewrite one line each second."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._began = time.monotonic()
        self._step = "resolving versions"
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)
        self._ticking.start()

    def follow(self, line: str) -> None:
        """Take one line that pip wrote."""
        step = step_of(line)
        if step and step != self._step:
            self._step = step
            self._show()

    def end(self, text: str) -> None:
        """Show the last line."""
        self._ended.set()
        self._ticking.join()
        self._step = text
        self._show()
        if self._terminal:
            sys.stdout.write("\n")

    def _tick(self) -> None:
        while self._terminal and not self._ended.wait(1):
            self._show()

    def _show(self) -> None:
        line = f"  {time.monotonic() - self._began:3.0f} s  {self._step}"
        sys.stdout.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stdout.flush()


def step_of(line: str) -> str | None:
    """Return the step that a line of pip begins; None when it is a short one."""
    if large := LARGE.search(line):
        return f"downloading {large[1].replace('_', '-')}, {large[2]}"
    if line.startswith("Building wheels"):
        return f"building {line.split(': ', 1)[-1].strip()}"
    if line.startswith("Installing collected packages"):
        return f"unpacking {len(line.split(','))} packages"
    return None


def install(requirements: str) -> int:
    """Run `pip install` and return its exit status."""
    progress = InstallProgress(sys.stdout.isatty())
    command = [sys.executable, "-B", "-m", "pip", "install", *OPTIONS, "-r", requirements]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            lines.append(line)
            progress.follow(line)
    progress.end("installed" if pip.returncode == 0 else "pip failed; it wrote:")
    if pip.returncode:
        sys.stderr.writelines(lines)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(install(*sys.argv[1:]))
