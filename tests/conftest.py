"""The testbed of the scenarios, once for each worker of a test run.

A scenario gets an application of its own, so that scenarios do not see each other.
"""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.staging import staged, synthesize
from tests.support.testbed import Testbed


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What the app synthesizes, once for all workers. Not to be written to: copy it."""
    home = tmp_path_factory.getbasetemp()
    shared = (home if worker_id == "master" else home.parent) / "synthesized"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "cdk.out" / "manifest.json").exists():
            synthesize(shared)
    return shared / "cdk.out"


@pytest.fixture(scope="session")
def session_testbed(tmp_path_factory: pytest.TempPathFactory, assembly: Path) -> Iterator[Testbed]:
    with staged(tmp_path_factory.mktemp("testbed"), assembly) as session_testbed:
        yield session_testbed


@pytest.fixture(scope="module")
def testbed(session_testbed: Testbed) -> Iterator[Testbed]:
    """The worker's testbed. Its shops close with the module, since open ones are probed and use the processor."""
    yield session_testbed
    session_testbed.close()
