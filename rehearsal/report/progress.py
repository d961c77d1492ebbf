"""Shows the progress of a rehearsal: a live view in a terminal, and a line for each event elsewhere."""

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
from rehearsal.report.evidence import minutes

NAME_WIDTH = 20
BAR_WIDTH = 44
HEADING = "account time"
FRAMES_PER_SECOND = 8


@dataclass(frozen=True)
class ReleaseSnapshot:
    """The release at one moment. `now`: account time; `serving`: answers in the last second, by environment/version."""

    now: datetime
    visits: Sequence[StateVisit]
    serving: Mapping[str, int]
    requests: int
    failed: int


class Progress:
    """Writes the progress to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str = "") -> None:
        """Write one line."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def step(self, action: str) -> Iterator[None]:
        """Show what the block does, and afterwards how long it took (real seconds)."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{action} ..."):
                yield
        else:
            yield
        self.say(f"  {action:<58}{time.monotonic() - started:5.1f} s")

    @contextmanager
    def release(self, blue: str) -> Iterator[Callable[[ReleaseSnapshot], None]]:
        """Show a release: yield a function that shows each new snapshot. `blue`: the name of the environment."""
        if not self._console.is_terminal:
            self.say(f"{HEADING}:")
            yield _PlainRelease(self).show
            return
        with Live(console=self._console, refresh_per_second=FRAMES_PER_SECOND) as live:
            yield _LiveRelease(live, blue).show


class _PlainRelease:
    """Writes one line for each state that the execution has left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._shown = 0

    def show(self, snapshot: ReleaseSnapshot) -> None:
        for visit in snapshot.visits[self._shown :]:
            if visit.exited is None:
                return
            self._shown += 1
            since_start = visit.exited - snapshot.visits[0].entered
            lasted = visit.exited - visit.entered
            self._progress.say(
                f"{_minutes(since_start):>7}  {visit.name:<{NAME_WIDTH}}{_minutes(lasted):>6}"
                f"   {_shares(snapshot.serving):<44}  {_request_count(snapshot)}"
            )


class _LiveRelease:
    """Shows the stages so far, what serves at this moment, and the count of requests."""

    def __init__(self, live: Live, blue: str) -> None:
        self._live = live
        self._blue = blue
        self._spinner = Spinner("dots")

    def show(self, snapshot: ReleaseSnapshot) -> None:
        self._live.update(Padding(Group(self._stages(snapshot), "", self._traffic(snapshot)), (0, 2)))

    def _stages(self, snapshot: ReleaseSnapshot) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=NAME_WIDTH)
        table.add_column(justify="right", width=10)
        table.add_row("", Text(HEADING, "bright_black"))
        for visit in snapshot.visits:
            running = visit.exited is None
            lasted = _minutes((visit.exited or snapshot.now) - visit.entered)
            style = "bold" if running else ""
            table.add_row(Text(visit.name, style), Text(lasted, style), self._spinner if running else "")
        return table

    def _traffic(self, snapshot: ReleaseSnapshot) -> RenderableType:
        failed = Text(f"{snapshot.failed:,} failed", "bold red" if snapshot.failed else "")
        return Group(
            self._bar(snapshot.serving),
            Text(_shares(snapshot.serving)),
            Text.assemble(f"{snapshot.requests:,} requests, ", failed),
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


def _shares(serving: Mapping[str, int]) -> str:
    total = sum(serving.values())
    shares = Counter(serving).most_common()
    return "  ".join(f"{who} {100 * count / total:.0f}%" for who, count in shares) or "no answers"


def _request_count(snapshot: ReleaseSnapshot) -> str:
    return f"{snapshot.requests:,} requests, {snapshot.failed:,} failed"


def _minutes(duration: timedelta) -> str:
    return minutes(duration / timedelta(seconds=1))
