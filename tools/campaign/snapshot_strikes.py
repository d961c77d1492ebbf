"""What happens to the snapshot that all executions share: an accident of S3, or of the execution that writes it.

Only accidents: a snapshot that lies is left out, since it can delay or stop a release (docs/performance.md).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from tools.campaign.plan import Intervention, PlannedIntervention
from tools.campaign.testbed import CampaignTestbed

STRIKE_SECONDS = 10
"""Between two strikes of one incident, in account seconds. Each is undone by the next execution that looks."""
AHEAD = timedelta(minutes=10)
"""How far the clock of a writer is ahead."""
CLAIM = timedelta(seconds=10)
"""How long the others wait for an execution that has claimed the snapshot."""

Content = bytes | None
"""None: there is no object."""


@dataclass(frozen=True)
class Strike:
    """An incident of the snapshot that happened. `times`: how often it was struck. `at`: real epoch seconds."""

    act: Intervention
    at: float
    times: int


class SharedSnapshot:
    """The snapshot of the testbed's account. It remembers the first one that it finds."""

    def __init__(self, testbed: CampaignTestbed) -> None:
        self._testbed = testbed
        self._place = {"Bucket": testbed.records_bucket, "Key": testbed.snapshot_key}
        self._oldest = self._read()

    def strike(self, planned: PlannedIntervention) -> Strike | None:
        """Strike it for as long as is planned, at least once. Return None when there was nothing to strike."""
        clock, times = self._testbed.clock, 0
        began = clock.time()
        while True:
            times += self._strike(planned.act)
            if clock.time() + STRIKE_SECONDS > began + (planned.lasts or 0):
                return Strike(planned.act, clock.machine_time(began), times) if times else None
            clock.sleep(STRIKE_SECONDS)

    def _strike(self, act: Intervention) -> bool:
        found = self._read()
        self._oldest = self._oldest or found
        changed = self._oldest if act is Intervention.SNAPSHOT_OLD else changed_snapshot(act, found, self._now())
        if changed is not None:
            self._testbed.s3.put_object(**self._place, Body=changed)
        elif act is Intervention.SNAPSHOT_LOST:
            self._testbed.s3.delete_object(**self._place)
        return found is not None and (changed is not None or act is Intervention.SNAPSHOT_LOST)

    def _read(self) -> Content:
        try:
            return bytes(self._testbed.s3.get_object(**self._place)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    def _now(self) -> datetime:
        return self._testbed.clock.now()


def changed_snapshot(act: Intervention, content: Content, now: datetime) -> Content:
    """Return the snapshot after an incident; None when it is gone, or too damaged to have that incident."""
    if content is None or act is Intervention.SNAPSHOT_LOST:
        return None
    if act is Intervention.SNAPSHOT_TORN:
        return content[: len(content) // 2]
    change: Callable[[dict[str, Any]], dict[str, str]] = {
        Intervention.SNAPSHOT_FUTURE: lambda data: {name: _later(data[name]) for name in ("made", "quiet_until")},
        Intervention.SNAPSHOT_CLAIMED: lambda data: {
            "claimed": data["claimed"] or now.isoformat(),
            "quiet_until": (now + CLAIM).isoformat(),
        },
    }[act]
    try:
        data = json.loads(content)
    except ValueError:
        return None
    return json.dumps(data | change(data)).encode()


def _later(moment: str) -> str:
    return (datetime.fromisoformat(moment) + AHEAD).isoformat()
