"""The upper part of a release's picture: requests a second, an area for each environment and version."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from rehearsal.report.axes import Axis, draw_counts, draw_grid
from rehearsal.report.colours import BLUES, FAILED, GREENS
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.svg import SvgPicture
from rehearsal.traffic import Request, failed_requests

MIN_BIN_SECONDS: Final = 0.5
"""Real seconds."""
MAX_BINS: Final = 110
MAX_NAME: Final = 90
"""Characters of a name in the legend."""
HEADROOM: Final = 1.08
"""How much higher than the highest rate the plot is."""


class TrafficAreas:
    """The requests of a release, by who answered them."""

    def __init__(self, evidence: ReleaseEvidence, axis: Axis) -> None:
        self._evidence, self._axis = evidence, axis
        served = [request for request in evidence.requests if request.answered_by and not request.failure]
        served.sort(key=lambda request: request.at)
        self._groups: dict[str, list[Request]] = {}
        for request in served:
            self._groups.setdefault(str(request.answered_by), []).append(request)
        self._colours = {name: self._colour(name) for name in self._groups}
        self._failed = failed_requests(evidence.requests)
        if self._failed:
            self._groups["failed"], self._colours["failed"] = self._failed, FAILED

    def legend(self) -> list[tuple[str, str]]:
        """Return the label and the colour of each area."""
        return [(self._label(name, MAX_NAME), self._colours[name]) for name in self._groups]

    def draw(self, picture: SvgPicture, top: float, bottom: float) -> None:
        """Draw the areas on each other, and a red stroke at the bottom for each failed request."""
        draw_grid(picture, self._axis, top, bottom)
        edges = self._edges()
        levels = [[0.0] * (len(edges) - 1)]
        for requests in self._groups.values():
            levels.append([below + rate for below, rate in zip(levels[-1], self._rates(requests, edges), strict=True)])
        counts = Axis(0, max([*levels[-1], 1.0]) * HEADROOM, bottom, top)
        for name, floor, ceiling in zip(self._groups, levels, levels[1:], strict=False):
            pieces = _pieces(
                [self._axis.place(edge) for edge in edges],
                [counts.place(rate) for rate in floor],
                [counts.place(rate) for rate in ceiling],
            )
            picture.area(pieces, self._colours[name], self._label(name))
        picture.strokes(
            [self._axis.place(self._evidence.request_seconds(each)) for each in self._failed], bottom - 7, 14, FAILED
        )
        draw_counts(picture, counts, self._axis.start, "requests a second")

    def _label(self, name: str, longest: int | None = None) -> str:
        shown = name if longest is None or len(name) <= longest else f"{name[:longest]}…"
        return f"{shown} · {len(self._groups[name]):,}"

    def _colour(self, name: str) -> str:
        environment = name.rpartition("/")[0]
        shades = BLUES if environment == self._evidence.expected.rpartition("/")[0] else GREENS
        of_this_environment = [each for each in self._groups if each.rpartition("/")[0] == environment]
        return shades[of_this_environment.index(name) % len(shades)]

    def _edges(self) -> list[float]:
        span = self._axis.high - self._axis.low
        bins = max(1, min(MAX_BINS, int(span * self._evidence.clock.scale / MIN_BIN_SECONDS)))
        return [self._axis.low + span * number / bins for number in range(bins + 1)]

    def _rates(self, requests: Sequence[Request], edges: Sequence[float]) -> list[float]:
        """Return the requests for each real second, in each bin."""
        width = edges[1] - edges[0]
        counts = [0] * (len(edges) - 1)
        for request in requests:
            counts[min(int((self._evidence.request_seconds(request) - edges[0]) / width), len(counts) - 1)] += 1
        return [count / (width * self._evidence.clock.scale) for count in counts]


def _pieces(
    edges: Sequence[float], floor: Sequence[float], ceiling: Sequence[float]
) -> list[list[tuple[float, float]]]:
    """Return the outline of each piece of an area that is not flat, in pixels."""
    pieces = []
    for flat, group in groupby(range(len(floor)), key=lambda number: floor[number] == ceiling[number]):
        if not flat:
            bins = list(group)
            above = [(edges[each + side], ceiling[each]) for each in bins for side in (0, 1)]
            below = [(edges[each + side], floor[each]) for each in reversed(bins) for side in (1, 0)]
            pieces.append([*above, *below])
    return pieces
