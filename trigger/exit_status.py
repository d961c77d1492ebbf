"""The exit statuses of the program; docs/image.md describes them."""

SUCCEEDED, FAILED, WRONG_VARIABLES, TIMED_OUT, ABORTED, REFUSED, LOST_CONTACT = range(7)
OF_EXECUTION = {"SUCCEEDED": SUCCEEDED, "FAILED": FAILED, "TIMED_OUT": TIMED_OUT, "ABORTED": ABORTED}
"""By the status of an execution that has ended."""
SIGNAL = 128
"""Plus the number of the signal that ended the program."""
