"""Signals end the program at once, except in a deferred block."""

import signal
import subprocess
import sys

import pytest

WITH_HANDLERS = """
import os, signal
from rehearsal.signals import Interrupted, deferred, install_handlers
install_handlers()
me = os.getpid()
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a program of its own, with the handlers."""
    command = [sys.executable, "-c", WITH_HANDLERS + script]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - our own


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_with_the_exit_status_that_a_shell_expects(number: signal.Signals) -> None:
    finished = run(f"""
try:
    os.kill(me, {number.value})
except Interrupted as interrupted:
    print(interrupted.exit_status)
""")
    assert finished.stdout == f"{128 + number}\n"


def test_a_handler_of_exceptions_does_not_swallow_an_interruption() -> None:
    finished = run("""
try:
    try:
        os.kill(me, signal.SIGINT)
    except Exception:
        print("swallowed")
except Interrupted:
    print("interrupted")
""")
    assert finished.stdout == "interrupted\n"


def test_a_second_signal_does_not_disturb_the_clean_up() -> None:
    finished = run("""
try:
    os.kill(me, signal.SIGINT)
except Interrupted:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(me, number)
    print("cleaned up")
""")
    assert finished.stdout == "cleaned up\n"


def test_a_deferred_signal_comes_when_the_work_is_done() -> None:
    finished = run("""
try:
    with deferred():
        os.kill(me, signal.SIGINT)
        print("made")
    print("went on")
except Interrupted:
    print("interrupted")
""")
    assert finished.stdout == "made\ninterrupted\n"


def test_a_deferred_signal_waits_for_the_outermost_work() -> None:
    finished = run("""
try:
    with deferred():
        with deferred():
            os.kill(me, signal.SIGINT)
        print("made")
    print("went on")
except Interrupted:
    print("interrupted")
""")
    assert finished.stdout == "made\ninterrupted\n"


def test_a_signal_after_deferred_work_comes_at_once() -> None:
    finished = run("""
try:
    with deferred():
        pass
    os.kill(me, signal.SIGINT)
    print("went on")
except Interrupted:
    print("interrupted")
""")
    assert finished.stdout == "interrupted\n"
