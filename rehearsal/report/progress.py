"""What a person sees while the rehearsal goes on: alive in a terminal, a line for each event elsewhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from rehearsal.execution import StateVisit
from rehearsal.report.evidence import as_in_life

NAME_WIDTH = 20
BAR_WIDTH = 44
HEADING = "as in life"
FRAMES_PER_SECOND = 8


@dataclass(frozen=True)
class Scene:
    """The release at one moment. `now`: the account's time; `serving`: answers in the last second, by answerer."""

    now: datetime
    visits: Sequence[StateVisit]
    serving: Mapping[str, int]
    requests: int
    failed: int


class Progress:
    """Tells how the rehearsal goes, on the console that it is given. `blue`: the environment that is released onto."""

    def __init__(self, console: Console, blue: str) -> None:
        self._console = console
        self._blue = blue

    def say(self, line: str = "") -> None:
        """Write one line."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Show what is being done, and how long it took (real seconds)."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{doing} ..."):
                yield
        else:
            yield
        self.say(f"  {doing:<58}{time.monotonic() - started:5.1f} s")

    @contextmanager
    def release(self) -> Iterator[Callable[[Scene], None]]:
        """Show a release: call what is returned with each new scene."""
        if not self._console.is_terminal:
            self.say(f"{HEADING}:")
            yield _PlainRelease(self).show
            return
        with Live(console=self._console, refresh_per_second=FRAMES_PER_SECOND) as live:
            yield _LiveRelease(live, self._blue).show


class _PlainRelease:
    """One line for each state that is left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told = 0

    def show(self, scene: Scene) -> None:
        for visit in scene.visits[self._told :]:
            if visit.exited is None:
                return
            self._told += 1
            since_start = visit.exited - scene.visits[0].entered
            lasted = visit.exited - visit.entered
            self._progress.say(
                f"{_clock(since_start):>7}  {visit.name:<{NAME_WIDTH}}{_clock(lasted):>6}"
                f"   {_served(scene.serving):<44}  {_tally(scene)}"
            )


class _LiveRelease:
    """The stages so far, who serves at this moment, and the count of requests."""

    def __init__(self, live: Live, blue: str) -> None:
        self._live = live
        self._blue = blue
        self._spinner = Spinner("dots")

    def show(self, scene: Scene) -> None:
        self._live.update(Padding(Group(self._stages(scene), "", self._traffic(scene)), (0, 2)))

    def _stages(self, scene: Scene) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=NAME_WIDTH)
        table.add_column(justify="right", width=10)
        table.add_row("", Text(HEADING, "bright_black"))
        for visit in scene.visits:
            under_way = visit.exited is None
            lasted = _clock((visit.exited or scene.now) - visit.entered)
            style = "bold" if under_way else ""
            table.add_row(Text(visit.name, style), Text(lasted, style), self._spinner if under_way else "")
        return table

    def _traffic(self, scene: Scene) -> RenderableType:
        failed = Text(f"{scene.failed:,} failed", "bold red" if scene.failed else "")
        return Group(
            self._bar(scene.serving),
            Text(_served(scene.serving)),
            Text.assemble(f"{scene.requests:,} requests, ", failed),
        )

    def _bar(self, serving: Mapping[str, int]) -> Text:
        total = sum(serving.values())
        bar, drawn, seen = Text(), 0, 0
        for who, count in sorted(serving.items()):
            seen += count
            end = round(BAR_WIDTH * seen / total)
            bar.append("█" * (end - drawn), "blue" if who.startswith(f"{self._blue}/") else "green")
            drawn = end
        return bar.append("░" * (BAR_WIDTH - drawn), "bright_black")


def _served(serving: Mapping[str, int]) -> str:
    total = sum(serving.values())
    shares = Counter(serving).most_common()
    return "  ".join(f"{who} {100 * count / total:.0f}%" for who, count in shares) or "nobody answers"


def _tally(scene: Scene) -> str:
    return f"{scene.requests:,} requests, {scene.failed:,} failed"


def _clock(duration: timedelta) -> str:
    return as_in_life(duration / timedelta(seconds=1))
