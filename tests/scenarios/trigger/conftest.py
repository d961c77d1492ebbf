"""The image's program in the testbed of the scenarios."""

import pytest

from tests.support.testbed import Testbed
from tests.support.trigger_program import TriggerProgram


@pytest.fixture(scope="module")
def image(testbed: Testbed) -> TriggerProgram:
    return TriggerProgram(testbed)
