"""The image's program in the theatre of the scenarios."""

import pytest

from tests.support.image import Image
from tests.support.theatre import Theatre


@pytest.fixture(scope="module")
def image(theatre: Theatre) -> Image:
    return Image(theatre)
