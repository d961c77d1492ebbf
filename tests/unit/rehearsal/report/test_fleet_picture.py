"""The picture of a fleet has a lane for each environment; the report names what is not as it should be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from emulator.clock import Clock
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.report.colours import FAILED, TEXT
from rehearsal.report.fleet_evidence import FleetEvidence, ShopTraffic, problems
from rehearsal.report.fleet_picture import GREEN, NEW, OLD, compose
from rehearsal.traffic import Request
from tests.support.svg import DrawnPicture, brightness

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


def test_each_lane_shows_who_served_and_when(evidence: FleetEvidence) -> None:
    picture = DrawnPicture(compose(evidence))
    assert [colour for _, colour in picture.colours("rect")] == [OLD, GREEN, NEW] * 2
    assert {"a-prod", "b-prod (bad v2)"} <= set(picture.words())
    assert [picture.seconds(x) for x in picture.rectangles()["a-prod-green/v1"]] == pytest.approx([60, 120], abs=1)


def test_the_begin_of_each_group_and_the_stop_are_marked(evidence: FleetEvidence) -> None:
    picture = DrawnPicture(compose(evidence))
    assert [picture.seconds(x) for x in picture.lines(TEXT)] == [pytest.approx(0, abs=1)]
    assert [picture.seconds(x) for x in picture.lines(FAILED)] == [pytest.approx(300, abs=1)]
    assert "stopped" in picture.words()


def test_the_head_and_the_legend_tell_what_is_seen(evidence: FleetEvidence) -> None:
    words = DrawnPicture(compose(evidence)).words()
    assert words[0] == "A fleet of 2: stopped at b-prod, redriven with the corrected version"
    assert words[1] == "SUCCEEDED · 6 requests, 0 failed"
    assert words[2:6] == ["v1 on blue", "v1 on green", "v2 on blue", "a failed request"]


def test_the_colours_differ_in_gray() -> None:
    shades = sorted(map(brightness, (OLD, GREEN, NEW, FAILED)))
    assert min(after - before for before, after in pairwise(shades)) > 0.12, shades


def test_what_users_wrote_is_escaped(evidence: FleetEvidence) -> None:
    picture = DrawnPicture(compose(replace(evidence, traffic=[traffic("<a>&", "<a>&/v1", "<a>&/v2")])))
    assert "<a>&" in picture.words()
    assert "<a>&/v1" in picture.rectangles()


def test_a_fleet_without_answers_can_be_drawn_too(evidence: FleetEvidence) -> None:
    picture = DrawnPicture(compose(replace(evidence, traffic=[traffic("a-prod")], visits=[])))
    assert "a-prod" in picture.words()


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
    picture = DrawnPicture(compose(replace(evidence, traffic=[*evidence.traffic, failing])))
    assert [picture.seconds(x) for x in picture.strokes(FAILED)] == [pytest.approx(0, abs=1)]
