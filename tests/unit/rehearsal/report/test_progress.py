"""What a person sees: a line for each stage where output is kept, a living picture in a terminal."""

import io
import re
from datetime import timedelta

import pytest
from rich.console import Console

from rehearsal.execution import StateVisit
from rehearsal.report.progress import Progress, Scene
from tests.support.evidence import START


class Screen:
    """A console that keeps what is written on it."""

    def __init__(self, *, terminal: bool) -> None:
        self._file = io.StringIO()
        self.progress = Progress(
            Console(file=self._file, force_terminal=terminal, width=100, color_system=None), blue="shop-prod"
        )

    @property
    def text(self) -> str:
        return self._file.getvalue()

    @property
    def words(self) -> str:
        """The text without what moves the cursor, and without the blanks that align it."""
        return " ".join(re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", " ", self.text).split())


@pytest.fixture
def kept() -> Screen:
    return Screen(terminal=False)


@pytest.fixture
def terminal() -> Screen:
    return Screen(terminal=True)


def scene(*stays: tuple[str, float, float | None], now: float = 0, failed: int = 0) -> Scene:
    visits = [
        StateVisit(
            name, START + timedelta(seconds=entered), None if exited is None else START + timedelta(seconds=exited)
        )
        for name, entered, exited in stays
    ]
    serving = {"shop-prod/v1": 6, "shop-prod-green/v1": 18}
    return Scene(START + timedelta(seconds=now), visits, serving, requests=1204, failed=failed)


def test_a_stage_that_was_left_is_one_line_with_its_time_its_duration_and_the_users(kept: Screen) -> None:
    with kept.progress.release() as show:
        show(scene(("Plan", 0, 2), ("AwaitGreen", 2, 374)))
    users = "shop-prod-green/v1 75% shop-prod/v1 25% 1,204 requests, 0 failed"
    assert [" ".join(line.split()) for line in kept.text.splitlines()] == [
        "as in life:",
        f"0:02 Plan 0:02 {users}",
        f"6:14 AwaitGreen 6:12 {users}",
    ]


def test_a_stage_is_told_once_and_only_when_it_was_left(kept: Screen) -> None:
    with kept.progress.release() as show:
        for _ in range(3):
            show(scene(("Plan", 0, 2), ("AwaitGreen", 2, None)))
        assert kept.text.count("\n") == 2
        show(scene(("Plan", 0, 2), ("AwaitGreen", 2, 374)))
    assert kept.text.count("Plan") == kept.text.count("AwaitGreen") == 1


def test_nothing_but_plain_text_is_written_where_output_is_kept(kept: Screen) -> None:
    with kept.progress.step("the stack"):
        pass
    with kept.progress.release() as show:
        show(scene(("Plan", 0, 2)))
    assert "\x1b" not in kept.text


def test_a_terminal_shows_the_running_stage_and_how_long_it_lasts_so_far(terminal: Screen) -> None:
    with terminal.progress.release() as show:
        show(scene(("Plan", 0, 2), ("DrainBlue", 2, None), now=69))
    assert "DrainBlue 1:07" in terminal.words


def test_a_terminal_shows_who_serves_whom_as_a_bar(terminal: Screen) -> None:
    with terminal.progress.release() as show:
        show(scene(("Plan", 0, None)))
    assert "█" * 44 in terminal.text
    assert "shop-prod-green/v1 75% shop-prod/v1 25%" in terminal.words


def test_failed_requests_are_counted_in_a_terminal(terminal: Screen) -> None:
    with terminal.progress.release() as show:
        show(scene(("Plan", 0, None), failed=3))
    assert "1,204 requests, 3 failed" in terminal.text


def test_users_whom_nobody_answers_are_told_of(kept: Screen) -> None:
    with kept.progress.release() as show:
        show(Scene(START, [StateVisit("Plan", START, START)], {}, requests=30, failed=30))
    assert "nobody answers" in kept.text


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_step_is_told_with_the_time_it_took(is_terminal: bool) -> None:
    screen = Screen(terminal=is_terminal)
    with screen.progress.step("the stack"):
        pass
    assert screen.words.endswith("the stack 0.0 s")


def test_a_step_that_failed_is_not_told_as_done(kept: Screen) -> None:
    with pytest.raises(ZeroDivisionError), kept.progress.step("the stack"):
        raise ZeroDivisionError
    assert kept.text == ""
