"""The account's time in Step Functions: in what it writes down, and in what it waits for."""

from datetime import datetime

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, current, iso


def replacements(clock: Clock) -> list[Replacement]:
    waits = Waits(clock)
    return [
        Replacement(SERVICE, "now_iso", "f75b8f211421", waits.now),
        Replacement(SERVICE, "_scaled_sleep", "5ed19df2efa9", waits.sleep),
        Replacement(SERVICE, "_sleep_until", "2738e0a4030c", waits.sleep_until),
    ]


class Waits:
    """Now, and waiting, in account time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> str:
        return iso(self._clock.time())

    def sleep(self, account_seconds: float) -> None:
        """Wait; the wait ends when the execution does."""
        run = current.get()
        if run is None:
            self._clock.sleep(account_seconds)
        else:
            run.wait(account_seconds)

    def sleep_until(self, timestamp: str) -> None:
        """Wait until a time; not at all when it has passed."""
        self.sleep(datetime.fromisoformat(timestamp).timestamp() - self._clock.time())
