"""Account time in Step Functions: the timestamps that it writes, and the waits of its states."""

from datetime import datetime

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.encoding import format_time
from emulator.ministack.stepfunctions.execution_run import current_run
from emulator.ministack.stepfunctions.internals import MODULE


def replacements(clock: Clock) -> list[Replacement]:
    time = AccountTime(clock)
    return [
        Replacement(MODULE, "now_iso", "f75b8f211421", time.now),
        Replacement(MODULE, "_scaled_sleep", "5ed19df2efa9", time.sleep),
        Replacement(MODULE, "_sleep_until", "2738e0a4030c", time.sleep_until),
    ]


class AccountTime:
    """Tells account time, and waits in it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> str:
        return format_time(self._clock.time())

    def sleep(self, account_seconds: float) -> None:
        """Wait for so many account seconds. Raises RunEnded as soon as the execution ends."""
        run = current_run.get()
        if run is None:
            self._clock.sleep(account_seconds)
        else:
            run.wait(account_seconds)

    def sleep_until(self, timestamp: str) -> None:
        """Wait until an account time; return at once when it has passed. Raises RunEnded as sleep does."""
        self.sleep(datetime.fromisoformat(timestamp).timestamp() - self._clock.time())
