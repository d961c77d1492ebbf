"""`python -m rehearsal` rehearses a release; `python -m rehearsal account` keeps an account running.

Exit status: 0 for a release without problems, 1 otherwise, 128 plus the signal's number after a signal (130 for
Ctrl-C).
"""

import sys

from rehearsal.signals import run_program

if __name__ == "__main__":
    sys.exit(run_program("rehearsal.cli"))
