"""`python -m rehearsal.prove` proves the product in an account; `--clean` removes what a run left.

Exit status: 0 for a proof without problems, 1 otherwise, 2 for wrong options, 128 plus the signal's number after a
signal (130 for Ctrl-C).
"""

import sys

from rehearsal.signals import run_program

if __name__ == "__main__":
    sys.exit(run_program("rehearsal.prove.cli"))
