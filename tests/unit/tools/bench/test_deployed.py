"""What is read of releases in the emulated account, and when it is not judged."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rehearsal.account.shop import BeanstalkEvent
from tools.bench.deployed import DeployedRun, read_history, waits_in
from tools.bench.deployed_report import NOT_JUDGED, verdict
from tools.bench.execution import BenchExecution
from tools.bench.figures import Figures
from tools.bench.model import run
from tools.bench.processors import ProcessorTimes


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def entry(kind: str, seconds: float, name: str = "", **details: Any) -> dict[str, Any]:
    event: dict[str, Any] = {"type": kind, "timestamp": at(seconds)}
    if name:
        event[f"state{kind.removeprefix('TaskState')}EventDetails"] = {"name": name, **details}
    return event


@pytest.fixture
def execution() -> BenchExecution:
    """An execution that made green until 8, and waited for it from 10 to 95, in two invocations."""
    found = BenchExecution("bench001", 0.0, Random(0))  # noqa: S311 - it draws nothing
    history = [
        entry("TaskStateEntered", 1, "CloneBlue"),
        entry("TaskScheduled", 1),
        entry("TaskStateExited", 8, "CloneBlue", output='{"deployment": {"drain_seconds": 120}}'),
        entry("TaskStateEntered", 10, "AwaitGreen"),
        entry("TaskScheduled", 10),
        entry("TaskScheduled", 60),
        entry("TaskStateExited", 95, "AwaitGreen"),
        entry("WaitStateEntered", 96),
    ]
    read_history(found, history)
    return found


def test_a_history_tells_the_states_the_invocations_and_the_deployment(execution: BenchExecution) -> None:
    state = execution.passed[-1]
    assert (state.name, state.entered, state.exited, execution.invocations) == ("AwaitGreen", 10, 95, 3)
    assert execution.deployment == {"drain_seconds": 120}


def test_an_operation_is_done_at_the_last_event_of_its_environment_within_the_wait(execution: BenchExecution) -> None:
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
    assert waits_in(execution, events) == [(8, 80, 95)]
    assert waits_in(execution, []) == []


def test_time_that_waits_for_a_disk_is_idle_and_children_count_as_own(tmp_path: Path) -> None:
    """Guests' time, the last two numbers, is in that of users: https://man7.org/linux/man-pages/man5/proc_stat.5.html

    Fields of a process, behind its name: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    processes, found = (
        {10: (1, "a program", 5), 11: (10, "(child)", 20), 12: (11, "its child", 40), 13: (1, "b", 99)},
        [],
    )
    for number, ticks in enumerate(("100 0 100 700 100 0 0 0 50 0", "150 0 150 760 140 0 0 0 90 0")):
        (tmp_path / "stat").write_text(f"cpu  {ticks}\ncpu0 1 2 3 4 5\n")
        for process, (parent, name, spent) in processes.items():
            (tmp_path / str(process)).mkdir(exist_ok=True)
            line = f"{process} ({name}) S {parent} 1 1 0 -1 0 0 0 0 0 {number * spent} 0 {number} 0 20 0 1"
            (tmp_path / str(process) / "stat").write_text(line)
        found.append(ProcessorTimes.now(tmp_path, program=10))
    before, after = found
    assert before is not None
    assert after is not None
    assert after.shares_since(before) == (0.5, (5 + 20 + 40 + 3) / 200)
    assert ProcessorTimes.now(tmp_path / "none") is None


@pytest.fixture(scope="module")
def figures() -> Figures:
    return run(2)


@pytest.mark.parametrize(
    ("shares", "status", "said"),
    [
        ((0.6, 0.3), 0, "All figures are within their limits."),
        ((0.19, 0.7), NOT_JUDGED, "Not judged: expected at least 20% idle. Give a larger --scale."),
        ((0.19, 0.2), NOT_JUDGED, "Not judged: expected at least 20% idle. Close other programs."),
        (None, NOT_JUDGED, "Not judged: this machine does not tell"),
    ],
)
def test_a_busy_machine_is_not_judged(
    figures: Figures, shares: tuple[float, float] | None, status: int, said: str
) -> None:
    found, lines = verdict(DeployedRun(figures, shares, 0.2))
    assert (found, lines[-1].startswith(said)) == (status, True), lines
