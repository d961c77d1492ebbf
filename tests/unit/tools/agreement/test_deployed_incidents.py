"""Each incident of the simulator is played on the deployed machine, or left out for a reason."""

import pytest

from tools.agreement.deployed_incidents import LEFT_OUT, PLAYABLE, DeployedIncidents
from tools.simulation.disturbance import INCIDENTS


@pytest.mark.parametrize("incident", INCIDENTS)
def test_each_incident_is_played_or_left_out(incident: str) -> None:
    left_out = incident.startswith(LEFT_OUT)
    assert left_out or hasattr(DeployedIncidents, f"_{incident.partition('/')[0]}")
    assert (incident in PLAYABLE) is not left_out
