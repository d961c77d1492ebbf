"""Marks in a picture: upright lines at moments, with labels above the plots that do not cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.report.axes import Axis
from rehearsal.report.svg import WIDTH, SvgPicture, text_width

ROW: Final = 15
GAP: Final = 4
DASHED: Final = "4 3"
DOTTED: Final = "1.5 2.5"


@dataclass(frozen=True)
class Mark:
    """`at`: seconds since the start. `dashes`: as SVG has them, or nothing for a whole line."""

    at: float
    label: str
    colour: str
    dashes: str = ""


def labels_height(axis: Axis, marks: Sequence[Mark]) -> float:
    """Return the height that the labels need above the plots."""
    return ROW * max((row + 1 for row, mark in zip(_rows(axis, marks), marks, strict=True) if mark.label), default=0)


def draw_marks(picture: SvgPicture, axis: Axis, marks: Sequence[Mark], top: float, bottom: float) -> None:
    """Draw the lines from `top` to `bottom`, and the labels above `top`."""
    for row, mark in zip(_rows(axis, marks), marks, strict=True):
        x, (left, _) = axis.place(mark.at), _extent(axis, mark)
        picture.line(x, top - ROW * (row + 1) if mark.label else top, x, bottom, mark.colour, dashes=mark.dashes)
        if mark.label:
            anchor, at = ("end", x - GAP) if left < x else ("start", x + GAP)
            picture.words(at, top - ROW * row - GAP, mark.label, colour=mark.colour, anchor=anchor)


def _rows(axis: Axis, marks: Sequence[Mark]) -> list[int]:
    """Return the row of each label, 0 for the lowest: the first one in which it covers no other."""
    rows: list[int] = []
    for mark in marks:
        left, right = _extent(axis, mark)
        taken = {
            row
            for row, other in zip(rows, marks, strict=False)
            if left < _extent(axis, other)[1] and _extent(axis, other)[0] < right
        }
        rows.append(next(row for row in range(len(marks)) if row not in taken))
    return rows


def _extent(axis: Axis, mark: Mark) -> tuple[float, float]:
    """Return where a mark with its label begins and ends: the label is on the right, if it has room there."""
    x, width = axis.place(mark.at), text_width(mark.label) + 2 * GAP if mark.label else 0.0
    return (x - width, x) if x + width > WIDTH else (x, x + width)
