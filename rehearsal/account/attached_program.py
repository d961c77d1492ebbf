"""Runs a command, ends with its exit status, and ends the whole process group when standard input closes.

Standard input is a pipe that only the caller holds. The kernel closes it when the caller is killed, so a CLI does not
go on without its caller and make things in the account that the caller does not know of.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 2.0


def main(command: list[str]) -> int:
    """Run the command and return its exit status, 128 plus the number of the signal that ended it."""
    # A handler, not SIG_IGN: the command would inherit SIG_IGN and ignore SIGTERM too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_group_without_caller, daemon=True).start()
    status = program.wait()
    return status if status >= 0 else 128 - status


def _end_group_without_caller() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
