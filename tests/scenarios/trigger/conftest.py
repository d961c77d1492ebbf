"""The program of the image in the testbed of the scenarios."""

import pytest

from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import TriggerProgram


@pytest.fixture(scope="module")
def program(testbed: ScenarioTestbed) -> TriggerProgram:
    return TriggerProgram(testbed)
