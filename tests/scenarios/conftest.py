"""The testbed of the scenarios, one for each worker of a test run. Each scenario gets a shop of its own."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.testbed import synthesize
from tests.support.testbed import ScenarioTestbed, deployed_testbed


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The synthesized app, made once for all workers. Copy it before you write to it."""
    home = tmp_path_factory.getbasetemp()
    shared = (home if worker_id == "master" else home.parent) / "synthesized"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "cdk.out" / "manifest.json").exists():
            synthesize(shared)
    return shared / "cdk.out"


@pytest.fixture(scope="session")
def session_testbed(tmp_path_factory: pytest.TempPathFactory, assembly: Path) -> Iterator[ScenarioTestbed]:
    with deployed_testbed(tmp_path_factory.mktemp("testbed"), assembly) as session_testbed:
        yield session_testbed


@pytest.fixture(scope="module")
def testbed(session_testbed: ScenarioTestbed) -> Iterator[ScenarioTestbed]:
    """The worker's testbed. Its shops end with the module: health checks of live shops take processor time."""
    yield session_testbed
    session_testbed.delete_shops()
