"""The upper part of a release's picture: requests a second, an area for each environment and version."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby, pairwise
from math import ceil
from typing import Final

from rehearsal.report.axes import Axis, draw_counts, draw_grid
from rehearsal.report.colours import BLUES, FAILED, GREENS
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.svg import SvgPicture
from rehearsal.traffic import Request, failed_requests

SHORT_SECONDS: Final = 20
"""Real seconds. A picture of less has bins of half a second."""
MAX_BINS: Final = 150
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

    def _bin(self) -> float:
        """Return the account seconds of a bin: whole real seconds, in each of which a client sends as often."""
        real = (self._axis.high - self._axis.low) * self._evidence.clock.scale
        return (ceil(real / MAX_BINS) if real > SHORT_SECONDS else 0.5) / self._evidence.clock.scale

    def _edges(self) -> list[float]:
        low, high = self._axis.low, self._axis.high
        bins = max(1, round((high - low) / self._bin()))
        return [*(low + self._bin() * number for number in range(bins)), high]

    def _rates(self, requests: Sequence[Request], edges: Sequence[float]) -> list[float]:
        """Return the requests for each real second, in each bin."""
        counts = [0] * (len(edges) - 1)
        for request in requests:
            # A request on a border is of the later bin. Rounding must not take it into the one before.
            at = self._evidence.request_seconds(request) + 1e-3
            counts[min(max(bisect_right(edges, at) - 1, 0), len(counts) - 1)] += 1
        # The last bin may be short by its last request, so its rate would be too high.
        lengths = [max(after - before, self._bin()) * self._evidence.clock.scale for before, after in pairwise(edges)]
        return [count / length for count, length in zip(counts, lengths, strict=True)]


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
