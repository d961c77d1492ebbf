"""The lower part of a release's picture: a lane for each stage, with its duration."""

from typing import Final

from rehearsal.execution import FAILURE_BRANCH, StateVisit
from rehearsal.report.axes import Axis, draw_grid
from rehearsal.report.colours import FAILED, PAPER, TEXT
from rehearsal.report.evidence import ReleaseEvidence, minutes
from rehearsal.report.svg import SMALL, SvgPicture, text_width

LANE: Final = 17
BAR: Final = 11
MIN_BAR: Final = 2
GAP: Final = 5


def shown_visits(evidence: ReleaseEvidence) -> list[StateVisit]:
    """Return the visits that have a lane. States that only decide have none, nor have those after a failure."""
    return [visit for visit in evidence.visits if visit.is_stage and visit.name not in FAILURE_BRANCH[1:]]


def lanes_height(evidence: ReleaseEvidence) -> float:
    """Return the height of all lanes."""
    return LANE * max(len(shown_visits(evidence)), 1)


def draw_lanes(picture: SvgPicture, evidence: ReleaseEvidence, axis: Axis, top: float) -> None:
    """Draw the lanes from the top; failed stages are red."""
    draw_grid(picture, axis, top, top + lanes_height(evidence))
    for row, visit in enumerate(shown_visits(evidence)):
        failed = any(visit is each for each in evidence.failed_visits)
        _draw_lane(picture, evidence, axis, top + LANE * row, visit, failed=failed)


def _draw_lane(
    picture: SvgPicture, evidence: ReleaseEvidence, axis: Axis, y: float, visit: StateVisit, *, failed: bool
) -> None:
    colour = FAILED if failed else TEXT
    entered = evidence.seconds(visit.entered)
    left = evidence.seconds(visit.exited or evidence.outcome.stopped or visit.entered)
    start, end = axis.place(entered), axis.place(left)
    end = max(end, start + MIN_BAR)
    label = f"{minutes(left - entered)}{', failed' if failed else ''}"
    baseline = y + (LANE + SMALL) / 2 - 1.5
    picture.words(axis.start - 8, baseline, visit.name, anchor="end", colour=colour)
    picture.rectangle(start, y + (LANE - BAR) / 2, end - start, BAR, colour=colour, name=f"{visit.name} {label}")
    width = text_width(label) + GAP
    if end + width > axis.end and end - start > width + GAP:
        picture.words(end - GAP, baseline, label, anchor="end", colour=PAPER)
        return
    x = end + GAP if end + width <= axis.end else start - width
    # Lines of the grid must not cross the words.
    picture.rectangle(x - 2, y + 1, width, LANE - 2, colour=PAPER)
    picture.words(x, baseline, label, colour=colour)
