"""`python -m tools.campaign` conducts a campaign.

Exit status: 0 when the simulator and the deployed machine agree and no run has a violation; 1 when not, or when the
campaign cannot run; 128 plus the signal's number after a signal.
"""

import sys

from rehearsal.signals import run_program

if __name__ == "__main__":
    sys.exit(run_program("tools.campaign.cli"))
