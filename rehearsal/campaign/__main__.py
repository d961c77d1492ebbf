"""`python -m rehearsal.campaign` conducts a campaign.

Exit status: 0 without violations, 1 with some or when the campaign cannot run, 128 plus the signal's number after a
signal.
"""

import sys

from rehearsal.signals import run_program

if __name__ == "__main__":
    sys.exit(run_program("rehearsal.campaign.cli"))
