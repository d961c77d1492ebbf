"""The image's program in the testbed of the scenarios."""

import pytest

from tests.support.image import Image
from tests.support.testbed import ScenarioTestbed


@pytest.fixture(scope="module")
def image(testbed: ScenarioTestbed) -> Image:
    return Image(testbed)
