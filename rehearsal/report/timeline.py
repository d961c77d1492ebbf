"""Draws the picture of a rehearsal: the environment and version that served, over the stages of the release."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import shorten
from typing import Any

from rehearsal.account.caches import use_project_caches
from rehearsal.execution import FAILURE_BRANCH, StateVisit
from rehearsal.report.evidence import ReleaseEvidence, minutes, problems
from rehearsal.traffic import Request, failed_requests

use_project_caches()  # before the import: matplotlib looks for its folders then

from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator  # noqa: E402

BLUES = ("#b3d0f7", "#1b2f73", "#7a55c7")
GREENS = ("#5fb57f", "#17502f", "#c3d86a")
FAILED = "#d62839"
"""Each of the first two blues, the first green and this red has a brightness of its own: they differ in gray, too."""
TEXT = "#1c2733"
GRAY = "#8b97a3"
MIN_BIN_SECONDS = 0.5
MAX_BINS = 110
TICK_SECONDS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
MAX_TICKS = 18
LANES_HEIGHT = 210
"""Of all names of stages together, in points."""


def draw(evidence: ReleaseEvidence, path: Path) -> None:
    """Write the picture to `path`, as a PNG. Raises OSError when the file cannot be written."""
    compose(evidence).savefig(path)


def compose(evidence: ReleaseEvidence) -> Figure:
    """Return the picture: requests a second by environment and version, above the stages, on one time axis."""
    picture = _Picture(evidence)
    figure = Figure(figsize=(16, 9), dpi=100, facecolor="white")
    traffic, stages = figure.subplots(2, 1, sharex=True, height_ratios=[5, 4])
    figure.subplots_adjust(left=0.115, right=0.975, top=0.86, bottom=0.075, hspace=0.06)
    picture.draw_traffic(traffic)
    picture.draw_stages(stages)
    picture.draw_rerun(stages)
    picture.draw_swaps(traffic, stages)
    picture.title(figure)
    return figure


class _Picture:
    """Draws in account seconds since the start of the execution."""

    def __init__(self, evidence: ReleaseEvidence) -> None:
        self._evidence = evidence
        self._start = evidence.started
        self._end = max(
            [self._seconds(evidence.outcome.stopped or self._start)]
            + [self._seconds(visit.exited or visit.entered) for visit in evidence.visits]
            + [self._request_seconds(request) for request in evidence.requests]
        )
        self._begin = min([0.0] + [self._request_seconds(request) for request in evidence.requests])

    def draw_traffic(self, axes: Axes) -> None:
        served = [request for request in self._evidence.requests if not request.failure]
        failed = failed_requests(self._evidence.requests)
        groups = {name: [r for r in served if r.answered_by == name] for name in self._served_by()}
        if failed:
            groups["failed"] = failed
        edges = self._edges()
        floor = [0.0] * (len(edges) - 1)
        for name, requests in groups.items():
            rates = self._rates(requests, edges)
            top = [low + rate for low, rate in zip(floor, rates, strict=True)]
            label = f"{name}  ·  {len(requests):,}"
            hatch = "//" if name == "failed" else None
            axes.stairs(
                top, edges, baseline=floor, fill=True, color=self._colour(name), label=label, linewidth=0, hatch=hatch
            )
            floor = top
        axes.plot(
            [self._request_seconds(request) for request in failed],
            [0.0] * len(failed),
            linestyle="none",
            marker="|",
            markersize=16,
            markeredgewidth=1.5,
            color=FAILED,
            clip_on=False,
            zorder=5,
        )
        axes.set_ylim(0, max([*floor, 1.0]) * 1.12)
        axes.set_ylabel("requests a second", color=TEXT, labelpad=10)
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.tick_params(axis="x", length=0)
        if groups:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(-0.005, 1.0),
                ncols=len(groups),
                frameon=False,
                handlelength=1,
                handleheight=1,
                labelcolor=TEXT,
                columnspacing=2.2,
                borderaxespad=0.3,
                fontsize=11,
            )
        _style(axes)

    def draw_stages(self, axes: Axes) -> None:
        visits = [visit for visit in self._evidence.visits if visit.is_stage and visit.name not in FAILURE_BRANCH[1:]]
        failed = self._evidence.failed_visits
        for row, visit in enumerate(visits):
            self._draw_stage(axes, row, visit, failed=any(visit is each for each in failed))
        axes.set_ylim(max(len(visits), 1) - 0.4, -0.6)
        axes.set_yticks(range(len(visits)), [visit.name for visit in visits])
        axes.set_xlim(self._begin, self._end)
        axes.xaxis.set_major_locator(MultipleLocator(self._tick()))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: minutes(seconds)))
        axes.set_xlabel("minutes of account time since the execution started", color=TEXT, labelpad=6)
        axes.tick_params(axis="y", length=0)
        _style(axes)
        axes.tick_params(axis="y", labelsize=min(10.5, LANES_HEIGHT / max(len(visits), 1)))

    def draw_rerun(self, stages: Axes) -> None:
        attempt = self._evidence.attempt
        later = [v for v in self._evidence.visits if attempt and v.entered >= (attempt.outcome.stopped or v.entered)]
        if attempt and later:
            at = self._seconds(later[0].entered)
            stages.axvline(at, color=FAILED, linewidth=1, linestyle=(0, (1, 2)))
            stages.annotate(
                attempt.rerun, (at, 1), (5, -4), xycoords=("data", "axes fraction"), textcoords="offset points",
                va="top", fontsize=10, color=FAILED,
            )  # fmt: skip

    def draw_swaps(self, traffic: Axes, stages: Axes) -> None:
        for moment in self._evidence.swaps:
            at = self._seconds(moment)
            if not self._begin <= at <= self._end:
                continue
            for axes in (traffic, stages):
                axes.axvline(at, color=TEXT, linewidth=1, linestyle=(0, (4, 3)))
            traffic.annotate(
                "CNAMEs swapped",
                (at, 1),
                (5, -6),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                va="top",
                fontsize=10,
                color=TEXT,
            )

    def title(self, figure: Figure) -> None:
        outcome = self._evidence.outcome
        found = problems(self._evidence)
        lasted = self._seconds(outcome.stopped) if outcome.stopped else self._end
        requests, failed = len(self._evidence.requests), len(failed_requests(self._evidence.requests))
        environment, _, version = self._evidence.expected.rpartition("/")
        attempt = self._evidence.attempt
        if attempt and not found:
            told = f"{attempt.version} failed on purpose in {attempt.stage}; then {attempt.cure}, and {attempt.rerun}"
            figure.text(0.013, 0.925, shorten(told, 170, placeholder=" ..."), fontsize=11, color=TEXT)
        figure.text(0.013, 0.955, f"Release of {version} onto {environment}", fontsize=17, color=TEXT, weight="bold")
        figure.text(0.013, 0.925, shorten("; ".join(found), 170, placeholder=" ..."), fontsize=11, color=FAILED)
        figure.text(
            0.987,
            0.957,
            f"{outcome.status} in {minutes(lasted)} of account time   ·   {requests:,} requests, {failed:,} failed",
            fontsize=12.5,
            ha="right",
            color=FAILED if found else TEXT,
        )

    def _draw_stage(self, axes: Axes, row: int, visit: StateVisit, *, failed: bool) -> None:
        colour = FAILED if failed else TEXT
        entered = self._seconds(visit.entered)
        left = self._seconds(visit.exited or self._evidence.outcome.stopped or visit.entered)
        axes.barh(row, max(left - entered, self._span() / 800), left=entered, height=0.62, color=colour)
        near_the_end = left > self._end - self._span() * 0.06
        at, side, gap = (entered, "right", -6) if near_the_end else (left, "left", 6)
        axes.annotate(
            f"{minutes(left - entered)}{', failed' if failed else ''}", (at, row), (gap, 0),
            textcoords="offset points", ha=side, va="center",
            fontsize=9.5, color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip

    def _served_by(self) -> list[str]:
        asked = sorted(self._evidence.requests, key=lambda request: request.at)
        return list(dict.fromkeys(r.answered_by for r in asked if r.answered_by and not r.failure))

    def _colour(self, name: str) -> str:
        if name == "failed":
            return FAILED
        blue = self._evidence.expected.rpartition("/")[0]
        environment = name.rpartition("/")[0]
        shades = BLUES if environment == blue else GREENS
        of_this_environment = [each for each in self._served_by() if each.rpartition("/")[0] == environment]
        return shades[of_this_environment.index(name) % len(shades)]

    def _edges(self) -> list[float]:
        real_seconds = self._span() * self._evidence.clock.scale
        bins = max(1, min(MAX_BINS, int(real_seconds / MIN_BIN_SECONDS)))
        return [self._begin + self._span() * number / bins for number in range(bins + 1)]

    def _rates(self, requests: Sequence[Request], edges: Sequence[float]) -> list[float]:
        width = self._span() / (len(edges) - 1)
        counts = [0] * (len(edges) - 1)
        for request in requests:
            counts[min(int((self._request_seconds(request) - self._begin) / width), len(counts) - 1)] += 1
        return [count / (width * self._evidence.clock.scale) for count in counts]

    def _span(self) -> float:
        return max(self._end - self._begin, 1e-3)

    def _tick(self) -> float:
        fitting = [tick for tick in TICK_SECONDS if self._span() / tick <= MAX_TICKS]
        return fitting[0] if fitting else self._span() / MAX_TICKS

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._start) / timedelta(seconds=1)

    def _request_seconds(self, request: Request) -> float:
        return self._seconds(self._evidence.moment(request.at))


def _style(axes: Any) -> None:
    axes.tick_params(colors=TEXT, labelsize=10.5)
    axes.grid(axis="x", color="#e6eaee", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRAY)
