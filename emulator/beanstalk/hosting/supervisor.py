"""Runs a command in this process group, and ends the whole group when standard input closes.

Standard input is a pipe that only the account's server holds. The server closes it to end the group; the kernel
closes it when the server is killed. Linux's parent-death signal would not do: it follows the thread that started
the process, and macOS has none.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 2.0


def main(command: list[str]) -> None:
    # A handler, not SIG_IGN: the command would inherit SIG_IGN and ignore SIGTERM too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    application = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_group_after, args=(application,), daemon=True).start()
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while application.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(0, signal.SIGKILL)


def _end_group_after(application: subprocess.Popen[bytes]) -> None:
    """End the processes that the application leaves behind."""
    application.wait()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
