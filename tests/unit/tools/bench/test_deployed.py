"""What is read of releases in the emulated account, and when it is not judged."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rehearsal.account.shop import BeanstalkEvent
from tools.bench.deployed import DeployedRun, lags_in, read_history
from tools.bench.deployed_report import NOT_JUDGED, verdict
from tools.bench.execution import BenchExecution
from tools.bench.figures import Figures
from tools.bench.model import run
from tools.bench.processors import ProcessorTimes


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def entry(kind: str, seconds: float, name: str = "") -> dict[str, Any]:
    event: dict[str, Any] = {"type": kind, "timestamp": at(seconds)}
    if name:
        event[f"state{kind.removeprefix('TaskState')}EventDetails"] = {"name": name}
    return event


@pytest.fixture
def execution() -> BenchExecution:
    """An execution that waited for green from 10 to 95, in two invocations."""
    found = BenchExecution("bench001", 0.0, Random(0))  # noqa: S311 - it draws nothing
    history = [
        entry("TaskStateEntered", 10, "AwaitGreen"),
        entry("TaskScheduled", 10),
        entry("TaskScheduled", 60),
        entry("TaskStateExited", 95, "AwaitGreen"),
        entry("WaitStateEntered", 96),
    ]
    read_history(found, history)
    return found


def test_a_history_tells_the_states_and_the_invocations(execution: BenchExecution) -> None:
    (state,) = execution.passed
    assert (state.name, state.entered, state.exited, execution.invocations) == ("AwaitGreen", 10, 95, 2)


def test_the_lag_is_from_the_last_event_of_that_environment_within_the_wait(execution: BenchExecution) -> None:
    events = [
        BeanstalkEvent(at(seconds), environment, "INFO", message)
        for seconds, environment, message in [
            (70, "bench001-prod-green", "Successfully launched environment: bench001-prod-green"),
            (80, "bench001-prod-green", "Environment health has transitioned from Pending to Ok."),
            (90, "bench001-prod-green", "Adding instance 'i-1' to your environment."),
            (92, "bench002-prod-green", "Successfully launched environment: bench002-prod-green"),
            (99, "bench001-prod-green", "Environment health has transitioned from Ok to Info."),
        ]
    ]
    assert lags_in(execution, events) == [15]
    assert lags_in(execution, []) == []


def test_idle_time_is_the_share_of_all_time_and_waiting_for_a_disk_is_idle(tmp_path: Path) -> None:
    """Guests' time, the last two numbers, is in that of users: https://man7.org/linux/man-pages/man5/proc_stat.5.html"""
    statistics, found = tmp_path / "stat", []
    for ticks in ("100 0 100 700 100 0 0 0 50 0", "150 0 150 760 140 0 0 0 90 0"):
        statistics.write_text(f"cpu  {ticks}\ncpu0 1 2 3 4 5\n")
        found.append(ProcessorTimes.now(statistics))
    before, after = found
    assert before is not None
    assert after is not None
    assert after.idle_share_since(before) == 0.5
    assert ProcessorTimes.now(tmp_path / "none") is None


@pytest.fixture(scope="module")
def figures() -> Figures:
    return run(1)


@pytest.mark.parametrize(
    ("idle", "status", "said"),
    [
        (0.6, 0, "All figures are within their limits."),
        (0.19, NOT_JUDGED, "Not judged: expected at least 20% idle."),
        (None, NOT_JUDGED, "Not judged: this machine does not tell"),
    ],
)
def test_a_busy_machine_is_not_judged(figures: Figures, idle: float | None, status: int, said: str) -> None:
    found, lines = verdict(DeployedRun(figures, idle, 0.2))
    assert (found, lines[-1].startswith(said)) == (status, True), lines
