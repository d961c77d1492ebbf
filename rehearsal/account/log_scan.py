"""Looks for secrets in the logs of an account and of the functions in it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rehearsal.account.account import Account

CREDENTIALS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|aws_session_token|AWS_SESSION_TOKEN|X-Amz-Security-Token|X-Amz-Signature",
    re.IGNORECASE,
)
"""Access keys, and the names that stand before tokens and signatures."""
SHOWN = 60


def secrets_in_logs(account: Account, *known: str) -> list[str]:
    """Return where credentials, or any of the `known` words, stand in the logs of the functions and of the server."""
    found = []
    for place, text in _logs(account):
        hits = [hit.group() for hit in CREDENTIALS.finditer(text)] + [word for word in known if word in text]
        found += [f"{place} shows {hit[:SHOWN]}" for hit in dict.fromkeys(hits)]
    return found


def _logs(account: Account) -> Iterable[tuple[str, str]]:
    """Yield each log: its name and its text."""
    yield from _function_logs(account)
    yield from ((str(file), file.read_text(errors="replace")) for file in _server_logs(account.home))


def _function_logs(account: Account) -> Iterator[tuple[str, str]]:
    client = account.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            messages = (event["message"] for events in pages for event in events["events"])
            yield group["logGroupName"], "\n".join(messages)


def _server_logs(home: Path) -> Iterator[Path]:
    return home.glob("*.log")
