"""`python -m rehearsal.campaign`: exit status 0 when nothing was found, 1 when something was or the campaign could not
be conducted, 128 plus the signal's number when interrupted.
"""

import sys

from rehearsal.signals import Interrupted, listen


def main() -> int:
    """Run the program and return its exit status."""
    listen()
    try:
        from rehearsal.campaign.cli import run  # noqa: PLC0415 - it takes a while, in which Ctrl-C may come already

        return run(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write("Interrupted. Everything that was started has ended.\n")
        return interrupted.exit_status


if __name__ == "__main__":
    sys.exit(main())
