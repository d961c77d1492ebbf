"""The image's program in the testbed of the scenarios."""

import pytest

from tests.support.image import Image
from tests.support.testbed import Testbed


@pytest.fixture(scope="module")
def image(testbed: Testbed) -> Image:
    return Image(testbed)
