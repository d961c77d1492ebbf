"""Runs one command in this process group and ends the whole group when standard input closes.

Standard input is a pipe that only the account's server holds, so the group ends when the server closes it
and, since the kernel closes it then, also when the server is killed. This needs neither Linux nor a thread
that outlives the start, as the kernel's parent-death signal would.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 2.0


def main(command: list[str]) -> None:
    # A handler, and not SIG_IGN: the command would inherit that and ignore SIGTERM as well.
    signal.signal(signal.SIGTERM, lambda *_: None)
    application = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with, args=(application,), daemon=True).start()
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while application.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(0, signal.SIGKILL)


def _end_with(application: subprocess.Popen[bytes]) -> None:
    """What the application leaves behind when it ends goes with it."""
    application.wait()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
