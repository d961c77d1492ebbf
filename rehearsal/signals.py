"""Turns Ctrl-C, SIGTERM and SIGHUP into an exception, so that the program can clean up."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asks the program to end. Not an Exception: handlers of errors do not catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_status(self) -> int:
        """The exit status that a shell expects after this signal."""
        return 128 + self.number


class _SignalHandler:
    """Raises Interrupted at once, or at the end of the outermost deferred block."""

    def __init__(self) -> None:
        self._deferrals = 0
        self._pending: int | None = None

    def handle(self, number: int, _frame: FrameType | None) -> None:
        if self._deferrals:
            self._pending = number
        else:
            _interrupt(number)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer signals while the block runs, such as between the start of a process and the moment it has a name."""
        self._deferrals += 1
        try:
            yield
        finally:
            self._deferrals -= 1
            if self._pending is not None and not self._deferrals:
                _interrupt(self._pending)


_handler = _SignalHandler()
deferred = _handler.deferred


def install_handlers() -> None:
    """Let the first signal raise Interrupted in the main thread. Later signals are ignored during the clean-up."""
    for number in SIGNALS:
        signal.signal(number, _handler.handle)


def run_program(module: str) -> int:
    """Run `run` of a module with the arguments of the command line, and return the exit status.

    The import is slow, and Ctrl-C may come meanwhile, so the handlers are installed before it.
    """
    install_handlers()
    try:
        status: int = import_module(module).run(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write("Interrupted. All programs that were started have ended.\n")
        return interrupted.exit_status
    return status


def _interrupt(number: int) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(number)
