"""`python -m rehearsal` rehearses a release; `python -m rehearsal account` keeps an account running to try things in.

Exit status: 0 when all went well, 1 when not, 128 plus the signal's number when interrupted (130 for Ctrl-C).
"""

import sys

from rehearsal.signals import Interrupted, listen


def main() -> int:
    """Run the program and return its exit status."""
    listen()
    try:
        from rehearsal.cli import run  # noqa: PLC0415 - it takes a while, in which Ctrl-C may come already

        return run(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write("Interrupted. Everything that was started has ended.\n")
        return interrupted.exit_status


if __name__ == "__main__":
    sys.exit(main())
