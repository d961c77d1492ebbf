"""A picture as SVG: shapes and words at places in pixels, from the top left corner."""

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rehearsal.report.colours import FAILED, PAPER, TEXT

WIDTH: Final = 900
"""Of all pictures. A README is about as wide, so words keep their size there."""
SMALL: Final = 11
"""The size of words, in pixels."""
CHARACTER: Final = 0.6
"""The width of a character, as a part of its size. Wide fonts such as DejaVu Sans have it on average."""
STRIPES: Final = "stripes"


def text_width(words: str, size: float = SMALL) -> float:
    """Return about how wide words are. Each reader's browser chooses the font."""
    return len(words) * size * CHARACTER


class SvgPicture:
    """Collects shapes; later ones cover earlier ones. The paper is white, so dark pages can show the picture.

    A `name` is shown when the pointer is over the shape.
    """

    def __init__(self, title: str) -> None:
        self._root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": "sans-serif", "role": "img"})
        _name(self._root, title)
        self._add_stripes()
        self.rectangle(0, 0, "100%", "100%", colour=PAPER)

    def rectangle(
        self, x: float, y: float, width: float | str, height: float | str, *, colour: str, name: str = ""
    ) -> None:
        """Add a rectangle."""
        self._add("rect", name, x=x, y=y, width=width, height=height, fill=colour)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, *, dashes: str = "") -> None:
        """Add a line, one pixel wide. `dashes`: the lengths of dashes and gaps."""
        self._add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_dasharray=dashes)

    def area(self, outlines: Iterable[Iterable[tuple[float, float]]], colour: str, name: str) -> None:
        """Add an area, which may be in several pieces."""
        pieces = ["L".join(f"{_pixels(x)} {_pixels(y)}" for x, y in corners) for corners in outlines]
        path = "".join(f"M{piece}Z" for piece in pieces)
        # Without crisp edges, the paper shines through between two areas.
        self._add("path", name, d=path, fill=colour, shape_rendering="crispEdges")
        if colour == FAILED:
            self._add("path", name, d=path, fill=f"url(#{STRIPES})")

    def strokes(self, places: Iterable[float], y: float, height: float, colour: str) -> None:
        """Add upright strokes at some x, none if there are no places."""
        path = "".join(f"M{_pixels(x)} {_pixels(y)}v{_pixels(height)}" for x in places)
        if path:
            self._add("path", d=path, stroke=colour, stroke_width=1.5, fill="none")

    def words(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        colour: str = TEXT,
        anchor: str = "start",
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Add one line of words. `y`: its lower edge; `anchor`: start, middle or end is at `x`; `turned`: upwards."""
        element = self._add(
            "text",
            x=x,
            y=y,
            font_size=size,
            fill=colour,
            text_anchor=anchor,
            font_weight="bold" if bold else "",
            transform=f"rotate(-90 {_pixels(x)} {_pixels(y)})" if turned else "",
        )
        element.text = _printable(words)

    def render(self, height: float) -> str:
        """Return the picture as the text of a file."""
        self._root.set("width", _pixels(WIDTH))
        self._root.set("height", _pixels(height))
        self._root.set("viewBox", f"0 0 {_pixels(WIDTH)} {_pixels(height)}")
        indent(self._root, "")
        return tostring(self._root, encoding="unicode") + "\n"

    def _add(self, tag: str, name: str = "", /, **attributes: float | str) -> Element:
        written = {
            key.replace("_", "-"): value if isinstance(value, str) else _pixels(value)
            for key, value in attributes.items()
            if value != ""
        }
        element = SubElement(self._root, tag, written)
        if name:
            _name(element, name)
        return element

    def _add_stripes(self) -> None:
        """Define the stripes of failed requests, so they differ by more than a colour."""
        size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
        pattern = SubElement(SubElement(self._root, "defs"), "pattern", {"id": STRIPES, **size})
        SubElement(pattern, "rect", {"width": "1.5", "height": "6", "fill": PAPER})


def _name(element: Element, name: str) -> None:
    SubElement(element, "title").text = _printable(name)


def _printable(words: str) -> str:
    """Return words without control characters, which XML does not allow. ElementTree escapes the others."""
    return "".join(each if each.isprintable() else " " for each in words)


def _pixels(number: float) -> str:
    return f"{round(number, 2):g}"
