"""The head of a picture: title, sentences, legend."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final

from rehearsal.report.colours import TEXT
from rehearsal.report.svg import SMALL, WIDTH, SvgPicture, text_width

EDGE: Final = 14
TITLE: Final = 18
SENTENCE: Final = 12
LINE: Final = 18
MAX_LINES: Final = 2
"""Of a sentence."""
SWATCH: Final = 11
ROOM: Final = WIDTH - 2 * EDGE


def draw_heading(picture: SvgPicture, title: str, sentences: Iterable[tuple[str, str]]) -> float:
    """Draw the title, and each sentence in its colour. Return the y below them."""
    y = EDGE
    for line in _lines(title, TITLE):
        y += TITLE + 4
        picture.words(EDGE, y, line, size=TITLE, bold=True)
    y += 4
    for sentence, colour in sentences:
        for line in _lines(sentence, SENTENCE):
            y += LINE
            picture.words(EDGE, y, line, size=SENTENCE, colour=colour)
    return y + 8


def draw_legend(picture: SvgPicture, left: float, y: float, entries: Sequence[tuple[str, str]]) -> float:
    """Draw each entry with a field of its colour, in as many rows as they need. Return the y below them."""
    x = left
    for label, colour in entries:
        width = SWATCH + 6 + text_width(label)
        if x > left and x + width > WIDTH - EDGE:
            x, y = left, y + LINE
        picture.rectangle(x, y + 4, SWATCH, SWATCH, colour=colour)
        picture.words(x + SWATCH + 6, y + SWATCH + 3, label, colour=TEXT)
        x += width + SMALL
    return y + LINE + 4 if entries else y


def _lines(sentence: str, size: float) -> list[str]:
    return wrap(sentence, int(ROOM / text_width("x", size)), max_lines=MAX_LINES, placeholder=" ...")
