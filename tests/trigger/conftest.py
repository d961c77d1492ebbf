"""The image's program in the theatre of the scenarios."""

import pytest

from tests.scenarios.theatre import Theatre
from tests.trigger.image import Image


@pytest.fixture(scope="module")
def image(theatre: Theatre) -> Image:
    return Image(theatre)
