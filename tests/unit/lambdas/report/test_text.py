"""Text and times of a report, as HTML shows them."""

from datetime import datetime, timedelta, timezone

from lambdas.report.text import clock


def test_a_time_is_in_utc_wherever_it_was_read() -> None:
    """The SDK gives times of Step Functions in the zone of the machine: botocore.parsers, `_timestamp`."""
    there = timezone(timedelta(hours=2))
    assert clock(datetime(2026, 1, 31, 12, tzinfo=there)) == "2026-01-31 10:00:00 UTC"
