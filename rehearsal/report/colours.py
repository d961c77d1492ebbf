"""The colours of the pictures. BLUES[0], BLUES[1], GREENS[0] and FAILED differ in brightness, so in gray, too."""

from typing import Final

BLUES: Final = ("#b3d0f7", "#1b2f73", "#7a55c7")
GREENS: Final = ("#5fb57f", "#17502f", "#c3d86a")
FAILED: Final = "#d62839"
TEXT: Final = "#1c2733"
AXIS: Final = "#8b97a3"
GRID: Final = "#e6eaee"
PAPER: Final = "#ffffff"
