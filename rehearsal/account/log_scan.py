"""Secrets in logs: what must not stand in anything that an account, or a function in it, writes down."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rehearsal.account.account import Account

CREDENTIALS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|aws_session_token|AWS_SESSION_TOKEN|X-Amz-Security-Token|X-Amz-Signature",
    re.IGNORECASE,
)
"""Access keys, and what stands before tokens and signatures."""
SHOWN = 60


def secrets_in_logs(account: Account, *known: str) -> list[str]:
    """Where credentials, or any of these words, stand in the logs of the account's functions and of its server."""
    found = []
    for place, text in _logs(account):
        hits = [hit.group() for hit in CREDENTIALS.finditer(text)] + [word for word in known if word in text]
        found += [f"{place} shows {hit[:SHOWN]}" for hit in dict.fromkeys(hits)]
    return found


def _logs(account: Account) -> Iterable[tuple[str, str]]:
    """Texts, and what each is."""
    yield from _of_functions(account)
    yield from ((str(file), file.read_text(errors="replace")) for file in _files(account.home))


def _of_functions(account: Account) -> Iterator[tuple[str, str]]:
    client = account.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            messages = (event["message"] for events in pages for event in events["events"])
            yield group["logGroupName"], "\n".join(messages)


def _files(home: Path) -> Iterator[Path]:
    return home.glob("*.log")
