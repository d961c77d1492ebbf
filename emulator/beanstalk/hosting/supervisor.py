"""Runs commands in this process group, and ends the whole group when standard input closes or the main command ends.

Standard input is a pipe that only the account's server holds. The server closes it to end the group; the kernel
closes it when the server is killed. Linux's parent-death signal would not do: it follows the thread that started
the process, and macOS has none.

The only argument is JSON: `main`, the command that the group is for; `beside`, more commands with the file for
the output of each, which are started again when they end; `status`, the file descriptor that gets main's exit status.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

GRACE_SECONDS = 2.0
RESTART_SECONDS = 1.0


def main(orders: dict[str, Any]) -> None:
    # A handler, not SIG_IGN: the commands would inherit SIG_IGN and ignore SIGTERM too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    application = subprocess.Popen(orders["main"], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_group_after, args=(application, orders.get("status")), daemon=True).start()
    for command, log in orders.get("beside", []):
        threading.Thread(target=_keep_running, args=(command, log), daemon=True).start()
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while application.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(0, signal.SIGKILL)


def _end_group_after(application: subprocess.Popen[bytes], status: int | None) -> None:
    """End the processes that the application leaves behind."""
    code = application.wait()
    if status is not None:
        os.write(status, str(code).encode())
    os.killpg(0, signal.SIGKILL)


def _keep_running(command: list[str], log: str) -> None:
    with open(log, "ab") as output:  # noqa: PTH123 - pathlib takes a while to import
        while True:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output).wait()
            time.sleep(RESTART_SECONDS)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
