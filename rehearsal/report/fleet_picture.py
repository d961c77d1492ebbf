"""Draws the picture of a fleet: a lane for each environment, with who served its users, over the waves."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rehearsal.account.caches import use_project_caches
from rehearsal.report.evidence import minutes
from rehearsal.report.fleet_evidence import FleetEvidence, ShopTraffic, problems

use_project_caches()  # before the import: matplotlib looks for its folders then

from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402
from matplotlib.ticker import FuncFormatter, MultipleLocator  # noqa: E402

OLD, GREEN, NEW = "#9db8e8", "#57b27a", "#1d3f8f"
FAILED = "#d62839"
TEXT = "#1c2733"
TICK_SECONDS = (60, 300, 600, 1800, 3600, 7200)
MAX_TICKS = 16
LANE = 0.42
"""Inches."""
PARTS = (("v1 on blue", OLD), ("v1 on green", GREEN), ("v2 on blue", NEW), ("a failed request", FAILED))


def draw(evidence: FleetEvidence, path: Path) -> None:
    """Write the picture to `path`, as a PNG. Raises OSError when the file cannot be written."""
    compose(evidence).savefig(path)


def compose(evidence: FleetEvidence) -> Figure:
    """Return the picture."""
    figure = Figure(figsize=(16, 2.4 + LANE * len(evidence.traffic)), dpi=100, facecolor="white")
    axes = figure.subplots()
    margin = 1 / figure.get_figheight()
    figure.subplots_adjust(left=0.12, right=0.98, top=1 - 1.3 * margin, bottom=0.65 * margin)
    for lane, traffic in enumerate(evidence.traffic):
        _draw_lane(axes, lane, traffic, evidence)
    _draw_groups(axes, evidence)
    names = [f"{each.blue} (bad v2)" if each.blue == evidence.bad else each.blue for each in evidence.traffic]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MultipleLocator(_tick(axes)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: minutes(seconds)))
    axes.set_xlabel("minutes of account time since the fleet started", color=TEXT)
    axes.tick_params(colors=TEXT, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    handles = [Patch(color=colour, label=label) for label, colour in PARTS]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.005, 1.0),
        ncols=len(PARTS),
        frameon=False,
        labelcolor=TEXT,
    )
    _title(figure, evidence)
    return figure


def _tick(axes: Axes) -> float:
    low, high = axes.get_xlim()
    return next((tick for tick in TICK_SECONDS if (high - low) / tick <= MAX_TICKS), high - low)


def _title(figure: Figure, evidence: FleetEvidence) -> None:
    requests = sum(len(each.requests) for each in evidence.traffic)
    failed = sum(len(each.failed) for each in evidence.traffic)
    top = 1 - 0.42 / figure.get_figheight()
    title = f"A fleet of {len(evidence.traffic)}: stopped at {evidence.bad}, redriven with the corrected version"
    figure.text(0.013, top, title, fontsize=16, color=TEXT, weight="bold")
    colour = FAILED if problems(evidence) else TEXT
    text = f"{evidence.ended.status}   ·   {requests:,} requests, {failed:,} failed"
    figure.text(0.987, top, text, fontsize=12.5, ha="right", color=colour)


def _draw_lane(axes: Axes, lane: int, traffic: ShopTraffic, evidence: FleetEvidence) -> None:
    for colour, begin, end in _spans(traffic, evidence):
        axes.barh(lane, end - begin, left=begin, height=0.66, color=colour, linewidth=0)
    at = [evidence.seconds(each.at) for each in traffic.failed]
    axes.plot(at, [lane] * len(at), linestyle="none", marker="|", markersize=18, markeredgewidth=1.5, color=FAILED)


def _spans(traffic: ShopTraffic, evidence: FleetEvidence) -> Iterator[tuple[str, float, float]]:
    """Yield each time in which one environment and version answered: its colour, its begin and its end."""
    answered = sorted((each for each in traffic.requests if each.answered_by), key=lambda each: each.at)
    spans = [
        (name, [evidence.seconds(each.at) for each in group])
        for name, group in groupby(answered, key=lambda each: str(each.answered_by))
    ]
    ends = [span[1][0] for span in spans[1:]] + [spans[-1][1][-1]] if spans else []
    for (name, at), end in zip(spans, ends, strict=True):
        environment, _, version = name.rpartition("/")
        colour = GREEN if environment != traffic.blue else OLD if version == "v1" else NEW
        yield colour, at[0], end


def _draw_groups(axes: Axes, evidence: FleetEvidence) -> None:
    """Draw a line where each group begins, and red ones where the fleet stopped."""
    started = evidence.stopped.started
    for visit in evidence.visits:
        at = (visit.entered - started).total_seconds()
        if visit.name == "ReleaseGroup":
            axes.axvline(at, color=TEXT, linewidth=1, linestyle=(0, (4, 3)))
        elif visit.name == "HoldFleet":
            axes.axvline(at, color=FAILED, linewidth=1.5)
            axes.annotate(
                "stopped", (at, 1), (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", color=FAILED,
            )  # fmt: skip
