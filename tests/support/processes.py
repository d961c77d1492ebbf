"""Processes of this machine."""

import subprocess


def is_running(pid: int) -> bool:
    """Return whether a process runs. A zombie has ended."""
    ps = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- a pid of our own
    return state[:1] not in ("", "Z")
