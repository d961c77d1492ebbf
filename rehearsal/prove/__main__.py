"""`python -m rehearsal.prove` proves the product in an account; `--clean` removes what a run left.

Exit status: 0 for a proof without problems, 1 otherwise, 2 for wrong options, 128 plus the signal's number after a
signal (130 for Ctrl-C).
"""

import sys

from rehearsal.signals import Interrupted, install_handlers


def main() -> int:
    """Run the program and return its exit status."""
    install_handlers()
    try:
        from rehearsal.prove.cli import run  # noqa: PLC0415 - the import is slow, and Ctrl-C may come meanwhile

        return run(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write("Interrupted. All programs that were started have ended.\n")
        return interrupted.exit_status


if __name__ == "__main__":
    sys.exit(main())
