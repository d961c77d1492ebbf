"""Reads the pictures that the rehearsal draws."""

import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class DrawnPicture:
    """The shapes and words of a picture."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)  # noqa: S314 - our own

    def words(self) -> list[str]:
        """Return all words in the order in which they are drawn."""
        return ["".join(each.itertext()) for each in self.root.iter(f"{SVG}text")]

    def place(self, words: str) -> tuple[float, float]:
        """Return where the words are that occur first."""
        return next(
            (float(each.attrib["x"]), float(each.attrib["y"]))
            for each in self.root.iter(f"{SVG}text")
            if each.text == words
        )

    def colours(self, tag: str, attribute: str = "fill") -> list[tuple[str, str]]:
        """Return what each shape with a name is called, and its colour. Stripes are no colour."""
        return [
            (each.findtext(f"{SVG}title", ""), each.attrib[attribute])
            for each in self.root.iter(f"{SVG}{tag}")
            if each.find(f"{SVG}title") is not None and not each.attrib[attribute].startswith("url")
        ]

    def rectangles(self) -> dict[str, tuple[float, float]]:
        """Return from which x to which x each rectangle with a name is."""
        named = ((each.findtext(f"{SVG}title"), each) for each in self.root.iter(f"{SVG}rect"))
        return {
            name: (float(each.attrib["x"]), float(each.attrib["x"]) + float(each.attrib["width"]))
            for name, each in named
            if name
        }

    def sizes(self) -> dict[str, float]:
        """Return how many square pixels each area has."""
        named = ((each.findtext(f"{SVG}title"), each) for each in self.root.iter(f"{SVG}path"))
        return {name: sum(map(size, outlines(each.attrib["d"]))) for name, each in named if name}

    def strokes(self, colour: str) -> list[float]:
        """Return the x of all strokes of a colour."""
        found = [each.attrib["d"] for each in self.root.iter(f"{SVG}path") if each.get("stroke") == colour]
        return [float(x) for path in found for x in re.findall(r"M(\S+) ", path)]

    def lines(self, colour: str) -> list[float]:
        """Return the x of all upright lines of a colour."""
        return [float(each.attrib["x1"]) for each in self.root.iter(f"{SVG}line") if each.attrib["stroke"] == colour]

    def seconds(self, x: float) -> float:
        """Return the time at an x, as the times on the axis tell."""
        (first, start), (last, end) = (
            (int(words.partition(":")[0]) * 60 + int(words.partition(":")[2]), self.place(words)[0])
            for words in (self.times()[0], self.times()[-1])
        )
        return first + (x - start) * (last - first) / (end - start)

    def times(self) -> list[str]:
        """Return the times on the axis."""
        return [
            str(each.text)
            for each in self.root.iter(f"{SVG}text")
            if each.get("text-anchor") == "middle" and re.fullmatch(r"\d+:\d\d", str(each.text))
        ]

    def counts(self) -> dict[int, float]:
        """Return the counts on the left axis, each with its y."""
        return {
            int(str(each.text)): float(each.attrib["y"])
            for each in self.root.iter(f"{SVG}text")
            if each.get("text-anchor") == "end" and re.fullmatch(r"\d+", str(each.text))
        }


def outlines(path: str) -> Iterator[list[tuple[float, float]]]:
    """Yield the corners of each piece of a path."""
    for piece in re.findall(r"M([^MZ]+)Z", path):
        yield [(float(x), float(y)) for x, y in (corner.split() for corner in piece.split("L"))]


def size(corners: list[tuple[float, float]]) -> float:
    """Return how many square pixels are inside of some corners."""
    closed = [*corners, corners[0]]
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(closed))) / 2


def brightness(colour: str) -> float:
    """Return how bright a colour such as #ff0000 is in gray, from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
