"""The names that the account's DNS knows: those of environments, and those in its hosted zones of Route 53.

Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values.html
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from emulator.beanstalk.dns import ResolvedName

RecordSet = Mapping[str, Any]
"""A resource record set with the keys of Route 53's API. Its name ends with a dot."""
MAX_STEPS: Final = 8
"""Of records that point at other names. More are a circle."""


class DomainNames:
    """Resolves names. `environments`: resolves those of environments. `record_sets`: all of the account's zones."""

    def __init__(
        self,
        environments: Callable[[str], ResolvedName | None],
        record_sets: Callable[[], Iterable[RecordSet]],
        region: str,
    ) -> None:
        self._environments = environments
        self._record_sets = record_sets
        self._region = region

    def resolve(self, name: str) -> ResolvedName | None:
        """Return where a name leads, None for an unknown name. It is kept as long as the shortest of its answers."""
        return self._resolve(name, MAX_STEPS)

    def _resolve(self, name: str, steps: int) -> ResolvedName | None:
        if answer := self._environments(name):
            return answer
        record = self._record_of(name) if steps else None
        if record is None:
            return None
        answer = self._resolve(_target_of(record), steps - 1)
        if answer is None:
            return None
        # An alias has no TTL of its own.
        kept = min(answer.ttl, float(record.get("TTL", answer.ttl)))
        return replace(answer, name=name.lower().rstrip("."), ttl=kept)

    def _record_of(self, name: str) -> RecordSet | None:
        wanted = f"{name.lower().rstrip('.')}."
        sets = [each for each in self._record_sets() if each["Type"] in ("CNAME", "A")]
        for pattern in (wanted, f"*.{wanted.partition('.')[2]}"):
            if found := [each for each in sets if _unescaped(each["Name"]) == pattern]:
                return self._chosen(found)
        return None

    def _chosen(self, sets: Sequence[RecordSet]) -> RecordSet:
        """Return one of several record sets of one name, by its routing policy: latency, failover or weight."""
        near = [each for each in sets if each.get("Region") == self._region]
        first = [each for each in sets if each.get("Failover") == "PRIMARY"]
        weights = [each.get("Weight", 1) for each in sets]
        if near or first or not any(weights):
            return (near or first or sets)[0]
        return random.choices(sets, weights)[0]  # noqa: S311 - no secret


def _target_of(record: RecordSet) -> str:
    """Return the name or the address that a record set points at."""
    target: str = record["AliasTarget"]["DNSName"] if "AliasTarget" in record else record["ResourceRecords"][0]
    return target.lower().removeprefix("dualstack.")


def _unescaped(name: str) -> str:
    r"""Return a name as it is asked for. Route 53 writes `*` as `\052`."""
    return name.lower().replace(r"\052", "*")
