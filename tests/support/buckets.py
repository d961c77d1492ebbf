"""Buckets with versions, removed by a documented command."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.documents import documented
from tests.support.testbed import ScenarioTestbed


def delete_bucket(testbed: ScenarioTestbed, bucket: str, document: Path) -> None:
    """Delete a bucket and all versions in it, by the command in a document."""
    subprocess.run(  # noqa: S603
        ["/bin/sh", "-ec", documented(document, "remove").replace("python3", sys.executable)],
        env={**os.environ, **testbed.account.environment(), "ARTIFACTS_BUCKET": bucket},
        check=True,
    )
