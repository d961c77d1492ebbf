"""`python -m tools.agreement` compares the simulator with the deployed machine.

Exit status: 0 when they agree in all schedules, 1 when not, 128 plus the signal's number after a signal.
"""

import sys

from rehearsal.signals import run_program

if __name__ == "__main__":
    sys.exit(run_program("tools.agreement.cli"))
