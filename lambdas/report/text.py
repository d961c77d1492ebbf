"""Text and times of a report, as HTML shows them. All that others wrote passes through `quoted`."""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from lambdas.failure import one_line

MAX_NAME_LENGTH: Final = 100


def quoted(text: object, longest: int = MAX_NAME_LENGTH) -> str:
    """Return text in one line of printable characters, cut and escaped, for an element or an attribute."""
    words = str(text)
    return escape(one_line(words, longest)) + ("&hellip;" if len(words) > longest else "")


def lasted(duration: timedelta) -> str:
    """Return a duration such as 1:05, or 2:01:05."""
    minutes, seconds = divmod(max(0, round(duration.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def clock(moment: datetime) -> str:
    """Return a time of day with its date, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
