"""The timeline of a report: who served users when, and the stages, as one SVG picture.

All places are percentages and all texts have the page's size, so the picture is legible at each width.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from lambdas.report.release_history import ReleaseHistory, ReportedStage
from lambdas.report.text import lasted, quoted

MAX_BARS: Final = 60
TOP, USERS, ROW, BOTTOM = 24, 26, 32, 24
"""Heights in pixels: of the line above, the bar of the users, a stage's row, and the times below."""
TICKS: Final = 4
PEOPLE: Final = frozenset({"AwaitApproval", "WatchApproval", "TellApprovers"})
"""Stages that wait for a person."""

STRIPES: Final = (
    '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="2" height="6"/></pattern></defs>'
)
"""Green differs from blue without colours, too."""


def timeline(history: ReleaseHistory) -> str:
    """Return the picture."""
    end = history.ended or max([history.started, *(run.entered for run in history.runs)])
    scale = _Scale(history.started, max(end - history.started, timedelta(seconds=1)))
    runs = history.runs[:MAX_BARS]
    height = TOP + USERS + ROW * len(runs) + BOTTOM
    parts = [
        f'<svg class="timeline" width="100%" height="{height}" role="img" aria-labelledby="picture">',
        '<title id="picture">Who served users, and the stages, over the time of the release</title>',
        STRIPES,
        *_ticks(scale, height),
        '<text y="16">Users are served by</text>',
        *_users(history, scale, end),
        *(part for number, run in enumerate(runs) for part in _stage(run, scale, TOP + USERS + ROW * number, end)),
        *_redrives(history, scale, height),
        "</svg>",
    ]
    return "\n".join(parts)


def periods(history: ReleaseHistory, end: datetime) -> list[tuple[datetime, datetime, str]]:
    """Return who served users from when to when: `blue`, `green`, `unknown`, or `before` if no stage tells."""
    known = history.serving or [(history.started, "before")]
    changes = [(history.started, known[0][1])]
    changes += [each for before, each in pairwise(known) if each[1] != before[1]]
    starts = [*changes, (end, "")]
    return [(at, until, role) for (at, role), (until, _) in pairwise(starts)]


class _Scale:
    def __init__(self, start: datetime, whole: timedelta) -> None:
        self.start, self.whole = start, whole

    def place(self, moment: datetime) -> float:
        """Return the per cent of the width at which a moment is."""
        return round(min(100.0, max(0.0, 100 * ((moment - self.start) / self.whole))), 2)

    def bar(self, start: datetime, end: datetime) -> str:
        """Return the attributes of a bar, which is wide enough to be seen."""
        x = min(self.place(start), 99.6)
        return f'x="{x}%" width="{max(0.4, round(self.place(end) - x, 2))}%"'


def _ticks(scale: _Scale, height: int) -> Iterator[str]:
    for number in range(TICKS + 1):
        x, anchor = 100 * number / TICKS, {0: "start", TICKS: "end"}.get(number, "middle")
        yield f'<line class="tick" x1="{x}%" x2="{x}%" y1="{TOP}" y2="{height - BOTTOM}"/>'
        time = lasted(scale.whole * number / TICKS)
        yield f'<text class="small" x="{x}%" y="{height - 7}" text-anchor="{anchor}">{time}</text>'


def _users(history: ReleaseHistory, scale: _Scale, end: datetime) -> Iterator[str]:
    for start, until, role in periods(history, end):
        yield f'<svg {scale.bar(start, until)} y="{TOP}" height="{USERS - 4}"><rect class="{role}" {_WHOLE}/>'
        if role == "green":
            yield f'<rect fill="url(#stripes)" class="stripes" {_WHOLE}/>'
        yield f'<text class="on" x="6" y="15">{quoted(who(role, history.deployment))}</text></svg>'


_WHOLE: Final = 'width="100%" height="100%"'


def who(role: str, deployment: Mapping[str, object]) -> str:
    """Return the name of the environment of a role."""
    names = {"before": "the same environment as before", "unknown": "see the failure"}
    return names.get(role) or f"{deployment.get(role, role)} ({role})"


def _stage(run: ReportedStage, scale: _Scale, y: int, end: datetime) -> Iterator[str]:
    until = run.left or end
    kind = "failed" if run.error else "people" if run.name in PEOPLE else "stage"
    mark = "&#10007; " if run.error else ""
    words = f"{mark}{quoted(run.name)} &nbsp;{lasted(until - run.entered)}"
    words += f" &nbsp;{quoted(run.error)}" if run.error else ""
    yield f'<text class="{kind}-name" y="{y + 14}">{words}</text>'
    yield f'<rect class="track" y="{y + 19}" width="100%" height="6"/>'
    yield f'<rect class="{kind}" {scale.bar(run.entered, until)} y="{y + 18}" height="8"/>'


def _redrives(history: ReleaseHistory, scale: _Scale, height: int) -> Iterator[str]:
    for moment in history.redriven:
        x = scale.place(moment)
        yield f'<line class="redrive" x1="{x}%" x2="{x}%" y1="{TOP}" y2="{height - BOTTOM}"/>'
        anchor = "end" if x > 50 else "start"
        yield f'<text class="small" x="{x}%" y="{TOP - 8}" text-anchor="{anchor}">redriven</text>'
