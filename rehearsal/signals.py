"""Ctrl-C, SIGTERM and SIGHUP end the program wherever it is, and leave it the time to clean up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The program was asked to end; no Exception, so that nothing takes it for a mishap and goes on."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_status(self) -> int:
        """The exit status that a shell expects of a program ended by this signal."""
        return 128 + self.number


class _Door:
    """Where a signal comes in: at once, or when the last who holds the door shut lets go of it."""

    def __init__(self) -> None:
        self._holders = 0
        self._waiting: int | None = None

    def knock(self, number: int, _frame: FrameType | None) -> None:
        if self._holders:
            self._waiting = number
        else:
            _enter(number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a signal back while something is made that must not be lost before it has a name, such as a process."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if self._waiting is not None and not self._holders:
                _enter(self._waiting)


_door = _Door()
deferred = _door.held


def listen() -> None:
    """From now on raise Interrupted in the main thread at the first signal; later ones do not disturb the clean-up."""
    for number in SIGNALS:
        signal.signal(number, _door.knock)


def _enter(number: int) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(number)
