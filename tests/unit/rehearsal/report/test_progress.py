"""Progress: a line for each stage in a file, a live view in a terminal."""

import io
import re
from datetime import timedelta

import pytest
from rich.console import Console

from rehearsal.execution import StateVisit
from rehearsal.report.progress import Progress, ReleaseSnapshot
from tests.support.evidence import START


class FakeScreen:
    """A console that keeps its output."""

    def __init__(self, *, terminal: bool) -> None:
        self._file = io.StringIO()
        self.progress = Progress(Console(file=self._file, force_terminal=terminal, width=100, color_system=None))

    @property
    def text(self) -> str:
        return self._file.getvalue()

    @property
    def words(self) -> str:
        """The text without control sequences and repeated blanks."""
        return " ".join(re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", " ", self.text).split())


@pytest.fixture
def kept() -> FakeScreen:
    return FakeScreen(terminal=False)


@pytest.fixture
def terminal() -> FakeScreen:
    return FakeScreen(terminal=True)


def snapshot(*visited: tuple[str, float, float | None], now: float = 0, failed: int = 0) -> ReleaseSnapshot:
    visits = [
        StateVisit(
            name, START + timedelta(seconds=entered), None if exited is None else START + timedelta(seconds=exited)
        )
        for name, entered, exited in visited
    ]
    serving = {"shop-prod/v1": 6, "shop-prod-green/v1": 18}
    return ReleaseSnapshot(START + timedelta(seconds=now), visits, serving, requests=1204, failed=failed)


def test_a_finished_stage_is_one_line_with_its_end_its_duration_and_the_traffic(kept: FakeScreen) -> None:
    with kept.progress.release("shop-prod") as show:
        show(snapshot(("Plan", 0, 2), ("AwaitGreen", 2, 374)))
    users = "shop-prod-green/v1 75% shop-prod/v1 25% 1,204 requests, 0 failed"
    assert [" ".join(line.split()) for line in kept.text.splitlines()] == [
        "account time:",
        f"0:02 Plan 0:02 {users}",
        f"6:14 AwaitGreen 6:12 {users}",
    ]


def test_a_stage_is_written_once_when_it_has_finished(kept: FakeScreen) -> None:
    with kept.progress.release("shop-prod") as show:
        for _ in range(3):
            show(snapshot(("Plan", 0, 2), ("AwaitGreen", 2, None)))
        assert kept.text.count("\n") == 2
        show(snapshot(("Plan", 0, 2), ("AwaitGreen", 2, 374)))
    assert kept.text.count("Plan") == kept.text.count("AwaitGreen") == 1


def test_a_file_gets_plain_text_only(kept: FakeScreen) -> None:
    with kept.progress.step("the stack"):
        pass
    with kept.progress.release("shop-prod") as show:
        show(snapshot(("Plan", 0, 2)))
    assert "\x1b" not in kept.text


def test_a_terminal_shows_the_running_stage_and_its_duration_so_far(terminal: FakeScreen) -> None:
    with terminal.progress.release("shop-prod") as show:
        show(snapshot(("Plan", 0, 2), ("DrainBlue", 2, None), now=69))
    assert "DrainBlue 1:07" in terminal.words


def test_a_terminal_shows_what_serves_as_a_bar(terminal: FakeScreen) -> None:
    with terminal.progress.release("shop-prod") as show:
        show(snapshot(("Plan", 0, None)))
    assert "█" * 44 in terminal.text
    assert "shop-prod-green/v1 75% shop-prod/v1 25%" in terminal.words


def test_failed_requests_are_counted_in_a_terminal(terminal: FakeScreen) -> None:
    with terminal.progress.release("shop-prod") as show:
        show(snapshot(("Plan", 0, None), failed=3))
    assert "1,204 requests, 3 failed" in terminal.text


def test_traffic_without_answers_is_shown(kept: FakeScreen) -> None:
    with kept.progress.release("shop-prod") as show:
        show(ReleaseSnapshot(START, [StateVisit("Plan", START, START)], {}, requests=30, failed=30))
    assert "no answers" in kept.text


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_step_is_written_with_its_duration(is_terminal: bool) -> None:
    screen = FakeScreen(terminal=is_terminal)
    with screen.progress.step("the stack"):
        pass
    assert screen.words.endswith("the stack 0.0 s")


def test_a_failed_step_is_not_written(kept: FakeScreen) -> None:
    with pytest.raises(ZeroDivisionError), kept.progress.step("the stack"):
        raise ZeroDivisionError
    assert kept.text == ""
