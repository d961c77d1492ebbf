"""Finds what AWS denied to the functions of the stack: in executions, in events, in the functions' logs."""

import re
from collections.abc import Iterator, Sequence

from rehearsal.account.shop import BeanstalkEvent
from rehearsal.prove.leftovers import log_groups
from rehearsal.prove.names import RunNames
from rehearsal.prove.proof_evidence import ProvedExecution
from rehearsal.prove.target import ProofTarget

DENIAL = re.compile(
    r"AccessDenied|Access Denied|not authori[sz]ed|InsufficientPrivileges|UnauthorizedOperation|don't have permission",
    re.IGNORECASE,
)
THROTTLED = re.compile(r"Throttling|Rate exceeded|TooManyRequests", re.IGNORECASE)
SHOWN_CHARACTERS = 500


def denials(texts: Sequence[str]) -> list[str]:
    """Return the texts that tell of a denial, each once, cut."""
    return list(dict.fromkeys(text.strip()[:SHOWN_CHARACTERS] for text in texts if DENIAL.search(text)))


def throttled(texts: Sequence[str]) -> int:
    """Return how many texts tell of throttling."""
    return sum(1 for text in texts if THROTTLED.search(text))


def told(
    target: ProofTarget, names: RunNames, executions: Sequence[ProvedExecution], events: Sequence[BeanstalkEvent]
) -> list[str]:
    """Return all texts in which AWS could tell of a denial."""
    causes = [f"{each.outcome.error}: {each.outcome.cause}" for each in executions if each.outcome.error]
    errors = [event.message for event in events if event.severity in ("WARN", "ERROR", "FATAL")]
    return [*causes, *errors, *_logged(target, names)]


def _logged(target: ProofTarget, names: RunNames) -> Iterator[str]:
    pages = target.client("logs").get_paginator("filter_log_events")
    for group in log_groups(target, names):
        if "/vendedlogs/" not in group:
            for page in pages.paginate(logGroupName=group):
                yield from (event["message"] for event in page["events"])
