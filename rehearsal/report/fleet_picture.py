"""Draws the picture of a fleet: a lane for each environment, with who served its users, over the waves."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from rehearsal.report.axes import TIME_AXIS, Axis, draw_grid, draw_times, time_axis
from rehearsal.report.colours import BLUES, FAILED, GREENS, TEXT
from rehearsal.report.fleet_evidence import FleetEvidence, ShopTraffic, problems
from rehearsal.report.heading import draw_heading, draw_legend
from rehearsal.report.marks import DASHED, Mark, draw_marks, labels_height
from rehearsal.report.svg import SMALL, SvgPicture

OLD, NEW, GREEN = BLUES[0], BLUES[1], GREENS[0]
LANE: Final = 24
BAR: Final = 15
PARTS: Final = (("v1 on blue", OLD), ("v1 on green", GREEN), ("v2 on blue", NEW), ("a failed request", FAILED))


def draw(evidence: FleetEvidence, path: Path) -> None:
    """Write the picture to `path`, as SVG. Raises OSError when the file cannot be written."""
    path.write_text(compose(evidence), encoding="utf-8")


def compose(evidence: FleetEvidence) -> str:
    """Return the picture as SVG."""
    marks = _marks(evidence)
    at = [evidence.seconds(request.at) for each in evidence.traffic for request in each.requests]
    at += [mark.at for mark in marks]
    axis = time_axis(min([0.0, *at]), max([0.0, *at]), [_name(each, evidence) for each in evidence.traffic])
    title = f"A fleet of {len(evidence.traffic)}: stopped at {evidence.bad}, redriven with the corrected version"
    picture = SvgPicture(title)
    y = draw_heading(picture, title, [_outcome(evidence)])
    top = draw_legend(picture, axis.start, y, PARTS) + labels_height(axis, marks)
    bottom = top + LANE * max(len(evidence.traffic), 1)
    draw_grid(picture, axis, top, bottom)
    for number, traffic in enumerate(evidence.traffic):
        _draw_lane(picture, axis, top + LANE * number, traffic, evidence)
    draw_marks(picture, axis, marks, top, bottom)
    draw_times(picture, axis, bottom, "minutes of account time since the fleet started; dashed: a group begins")
    return picture.render(bottom + TIME_AXIS)


def _name(traffic: ShopTraffic, evidence: FleetEvidence) -> str:
    return f"{traffic.blue} (bad v2)" if traffic.blue == evidence.bad else traffic.blue


def _outcome(evidence: FleetEvidence) -> tuple[str, str]:
    requests = sum(len(each.requests) for each in evidence.traffic)
    failed = sum(len(each.failed) for each in evidence.traffic)
    words = f"{evidence.ended.status} · {requests:,} requests, {failed:,} failed"
    return words, FAILED if problems(evidence) else TEXT


def _draw_lane(picture: SvgPicture, axis: Axis, y: float, traffic: ShopTraffic, evidence: FleetEvidence) -> None:
    picture.words(axis.start - 8, y + (LANE + SMALL) / 2 - 1.5, _name(traffic, evidence), anchor="end")
    for served_by, colour, begin, end in _spans(traffic, evidence):
        start = axis.place(begin)
        picture.rectangle(start, y + (LANE - BAR) / 2, axis.place(end) - start, BAR, colour=colour, name=served_by)
    picture.strokes([axis.place(evidence.seconds(each.at)) for each in traffic.failed], y + 1, LANE - 2, FAILED)


def _spans(traffic: ShopTraffic, evidence: FleetEvidence) -> Iterator[tuple[str, str, float, float]]:
    """Yield each time in which one environment and version answered: who, its colour, its begin and its end."""
    answered = sorted((each for each in traffic.requests if each.answered_by), key=lambda each: each.at)
    spans = [
        (name, [evidence.seconds(each.at) for each in group])
        for name, group in groupby(answered, key=lambda each: str(each.answered_by))
    ]
    ends = [span[1][0] for span in spans[1:]] + [spans[-1][1][-1]] if spans else []
    for (name, at), end in zip(spans, ends, strict=True):
        environment, _, version = name.rpartition("/")
        colour = GREEN if environment != traffic.blue else OLD if version == "v1" else NEW
        yield name, colour, at[0], end


def _marks(evidence: FleetEvidence) -> list[Mark]:
    """Return a mark where each group begins, and a red one where the fleet stopped."""
    marks = []
    for visit in evidence.visits:
        at = (visit.entered - evidence.stopped.started).total_seconds()
        if visit.name == "ReleaseGroup":
            marks.append(Mark(at, "", TEXT, DASHED))
        elif visit.name == "HoldFleet":
            marks.append(Mark(at, "stopped", FAILED))
    return marks
