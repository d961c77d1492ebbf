"""The words of the events about health, as recorded logs have them."""

from emulator.beanstalk.model import Activity, Color, HealthStatus

_WORDS = {HealthStatus.NO_DATA: "No Data"}
_TOLD_AFTER = (HealthStatus.PENDING, HealthStatus.INFO, HealthStatus.WARNING)
"""The health from which a change tells of the operation before it."""
_MINUTES_FROM = 120
"""In seconds. Below, durations are in seconds: a recorded event says `79 seconds ago`."""


def enhanced(
    old: HealthStatus | None, new: HealthStatus, causes: list[str], activity: Activity | None, now: float
) -> str:
    """Return the event of a change of enhanced health."""
    origin = f" from {_WORDS.get(old, old)}" if old else ""
    changed = f"Environment health has transitioned{origin} to {_WORDS.get(new, new)}."
    completed = []
    if activity and activity.ended is not None and old in _TOLD_AFTER:
        ago, took = in_words(now - activity.ended), in_words(activity.ended - activity.began)
        completed = [f"{activity.name} completed {ago} ago and took {took}."]
    return " ".join([changed, *causes, *completed])


def basic(old: Color, new: Color) -> str | None:
    """Return the event of a change of basic health, None when there is none. Grey is a start, not a change."""
    if new is old or new is Color.GREY:
        return None
    if old is Color.GREY:
        return f"Environment health has been set to {new.upper()}"
    return f"Environment health has transitioned from {old.upper()} to {new.upper()}"


def running(activity: Activity, now: float, instances: int = 1) -> str:
    """Return the cause that tells of an operation in progress. `instances`: on how many, when it begins.

    Recorded with two instances: https://github.com/meteor-up/mup-aws-beanstalk/issues/53.
    """
    time = f"(running for {in_words(now - activity.began)})."
    if instances <= 1:
        return f"{activity.name} in progress {time}"
    number = f"{instances} instances"
    return f"{activity.name} in progress on {number}. 0 out of {number} completed {time}"


def in_words(seconds: float) -> str:
    """Return a duration as `1 second`, `26 seconds` or `5 minutes`."""
    whole = int(seconds)
    number, unit = (whole, "second") if whole < _MINUTES_FROM else (whole // 60, "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
