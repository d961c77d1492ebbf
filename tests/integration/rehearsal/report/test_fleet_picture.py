"""The picture of a fleet has a lane for each environment; the report names what is not as it should be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from emulator.clock import Clock
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.report.fleet_evidence import FleetEvidence, ShopTraffic, problems
from rehearsal.report.fleet_picture import FAILED, GREEN, NEW, OLD, compose
from rehearsal.traffic import Request

START = datetime(2026, 1, 1, tzinfo=UTC)
STOPPED = ExecutionOutcome("FAILED", START, START + timedelta(minutes=9), {}, None, "FleetStoppedError", "1 failed")
ENDED = replace(STOPPED, status="SUCCEEDED", output={"status": "released"}, error=None, cause=None)


def traffic(blue: str, *answers: str) -> ShopTraffic:
    """Return requests a minute apart, with these answers."""
    return ShopTraffic(blue, [Request(START.timestamp() + 60 * at, each) for at, each in enumerate(answers)])


@pytest.fixture
def evidence() -> FleetEvidence:
    lanes = [traffic(f"{name}-prod", f"{name}-prod/v1", f"{name}-prod-green/v1", f"{name}-prod/v2") for name in "ab"]
    visits = [
        StateVisit("ReleaseGroup", START, START + timedelta(minutes=5), "Map"),
        StateVisit("HoldFleet", START + timedelta(minutes=5)),
    ]
    return FleetEvidence("arn", "b-prod", STOPPED, ENDED, visits, lanes, Clock(1.0, START.timestamp()))


def colours(figure: Figure) -> list[str]:
    """Return the colours of the lanes from top to bottom, each from left to right."""
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [to_hex(each.get_facecolor()) for each in bars]


def test_each_lane_shows_who_served(evidence: FleetEvidence) -> None:
    figure = compose(evidence)
    assert colours(figure) == [OLD, GREEN, NEW] * 2
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a-prod", "b-prod (bad v2)"]


def test_a_fleet_that_stops_and_ends_well_has_no_problems(evidence: FleetEvidence) -> None:
    assert problems(evidence) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stopped": replace(STOPPED, error="States.Timeout")}, "should have stopped at b-prod"),
        ({"ended": replace(STOPPED, cause="no role")}, "ended FAILED: no role"),
        ({"traffic": [traffic("a-prod", "a-prod/v1")]}, "Users are not on v2 of a-prod"),
        (
            {"traffic": [ShopTraffic("a-prod", [Request(0.0, "a-prod/v2", "status 500")])]},
            "1 requests to a-prod failed",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_a_problem(
    evidence: FleetEvidence, change: dict[str, object], problem: str
) -> None:
    assert any(problem in each for each in problems(replace(evidence, **change)))  # type: ignore[arg-type]


def test_failed_requests_are_marked(evidence: FleetEvidence) -> None:
    failing = ShopTraffic("c-prod", [Request(START.timestamp(), None, "refused")])
    figure = compose(replace(evidence, traffic=[*evidence.traffic, failing]))
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "|" and len(line.get_xdata())]  # type: ignore[arg-type]
    assert [to_hex(str(line.get_color())) for line in marks] == [FAILED]
