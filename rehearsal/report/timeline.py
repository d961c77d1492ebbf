"""Draws the picture of a rehearsal: the environment and version that served, over the stages of the release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rehearsal.report.axes import TIME_AXIS, Axis, draw_times, time_axis
from rehearsal.report.colours import FAILED, TEXT
from rehearsal.report.evidence import ReleaseEvidence, minutes, problems
from rehearsal.report.heading import draw_heading, draw_legend
from rehearsal.report.marks import DASHED, DOTTED, Mark, draw_marks, labels_height
from rehearsal.report.stage_lanes import draw_lanes, lanes_height, shown_visits
from rehearsal.report.svg import SvgPicture
from rehearsal.report.traffic_areas import TrafficAreas
from rehearsal.traffic import failed_requests

TRAFFIC_HEIGHT: Final = 210
BETWEEN: Final = 12
"""Pixels between traffic and stages."""


def draw(evidence: ReleaseEvidence, path: Path) -> None:
    """Write the picture to `path`, as SVG. Raises OSError when the file cannot be written."""
    path.write_text(compose(evidence), encoding="utf-8")


def compose(evidence: ReleaseEvidence) -> str:
    """Return the picture as SVG: requests a second by environment and version, above the stages, on one time axis."""
    axis = time_axis(*_span(evidence), [visit.name for visit in shown_visits(evidence)])
    environment, _, version = evidence.expected.rpartition("/")
    title = f"Release of {version} onto {environment}"
    picture = SvgPicture(title)
    traffic = TrafficAreas(evidence, axis)
    marks = _marks(evidence, axis)
    y = draw_heading(picture, title, _sentences(evidence, axis))
    top = draw_legend(picture, axis.start, y, traffic.legend()) + labels_height(axis, marks)
    stages = top + TRAFFIC_HEIGHT + BETWEEN
    bottom = stages + lanes_height(evidence)
    traffic.draw(picture, top, top + TRAFFIC_HEIGHT)
    draw_marks(picture, axis, marks, top, bottom)
    draw_lanes(picture, evidence, axis, stages)
    draw_times(picture, axis, bottom, "minutes of account time since the execution started")
    return picture.render(bottom + TIME_AXIS)


def _span(evidence: ReleaseEvidence) -> tuple[float, float]:
    """Return the first and the last moment of the picture, in account seconds since the start of the execution."""
    requests = [evidence.request_seconds(request) for request in evidence.requests]
    visits = [evidence.seconds(visit.exited or visit.entered) for visit in evidence.visits]
    stopped = evidence.seconds(evidence.outcome.stopped or evidence.started)
    return min([0.0, *requests]), max([stopped, *visits, *requests])


def _sentences(evidence: ReleaseEvidence, axis: Axis) -> Iterator[tuple[str, str]]:
    """Yield the sentences under the title, each with its colour."""
    outcome, attempt, found = evidence.outcome, evidence.attempt, problems(evidence)
    lasted = evidence.seconds(outcome.stopped) if outcome.stopped else axis.high
    requests, failed = len(evidence.requests), len(failed_requests(evidence.requests))
    ended = f"{outcome.status} in {minutes(lasted)} of account time · {requests:,} requests, {failed:,} failed"
    yield ended, FAILED if found else TEXT
    if found:
        yield "; ".join(found), FAILED
    elif attempt:
        yield f"{attempt.version} failed on purpose in {attempt.stage}; then {attempt.cure}, and {attempt.rerun}", TEXT


def _marks(evidence: ReleaseEvidence, axis: Axis) -> list[Mark]:
    swaps = [evidence.seconds(moment) for moment in evidence.swaps]
    marks = [Mark(at, "CNAMEs swapped", TEXT, DASHED) for at in swaps if axis.low <= at <= axis.high]
    attempt = evidence.attempt
    later = [v for v in evidence.visits if attempt and v.entered >= (attempt.outcome.stopped or v.entered)]
    if attempt and later:
        marks.append(Mark(evidence.seconds(later[0].entered), attempt.rerun, FAILED, DOTTED))
    return marks
