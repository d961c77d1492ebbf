"""How many events a release may make: Step Functions ends an execution at 25,000."""

from collections.abc import Mapping
from typing import Any, Final

from lambdas.errors import InvalidRequestError

MAX_HISTORY: Final = 24_500
"""Events of hooks and messages come on top."""
POLL_EVENTS: Final = 3
POLL_SECONDS: Final = 16
"""Between two polls, on average."""
SOON_EVENTS: Final = 1_540
"""Of the polls when the end of a wait is near."""
APPROVAL_POLL_SECONDS: Final = 300
"""Between two polls while people decide, after some hours."""
EARLY_POLLS: Final = 80
"""The polls that come sooner than that."""
TURN_SECONDS: Final = 14_400
"""How long a release waits for its turn at most. 2,500 that are started at once have begun by then."""


def require_short_history(complete: Mapping[str, Any]) -> None:
    """Raise InvalidRequestError when the polls of the release and of its approval may fill the execution's history.

    `complete`: the request with its defaults.
    """
    events = _events(complete)
    if complete["approval"] and events > MAX_HISTORY:
        raise InvalidRequestError(
            expected=f"a release of at most {MAX_HISTORY} events, as many as Step Functions keeps of an execution",
            found=f"`timeouts`, `bake_seconds` and `approval_seconds` that may make {events:.0f}",
            next_step="Lower one of them and start a new execution; nothing was touched.",
        )


def turn_seconds(complete: Mapping[str, Any]) -> float:
    """Return how long the release may wait for its turn. Its history must have room for its time-outs after that."""
    room = (MAX_HISTORY - _events(complete)) / POLL_EVENTS * POLL_SECONDS
    return min(max(room, 0), TURN_SECONDS)


def approval_events(seconds: int) -> float:
    """Return how many events the watch of an approval makes at most: a look every minute, later every 5 minutes."""
    return (seconds / APPROVAL_POLL_SECONDS + EARLY_POLLS) * POLL_EVENTS


def _events(complete: Mapping[str, Any]) -> float:
    """Return how many events the release makes at most, if each wait lasts until its time-out."""
    limits = complete["timeouts"]
    waits = 2 * sum(limits.values()) + 3 * limits["swap_traffic"]  # four of swaps, and one of the failure branch
    watches = complete["drain_seconds"] + complete["bake_seconds"] + 2 * complete["unhealthy_seconds"]
    approval = approval_events(complete["approval_seconds"]) if complete["approval"] else 0
    polls: float = (waits + watches) / POLL_SECONDS
    return polls * POLL_EVENTS + SOON_EVENTS + approval
