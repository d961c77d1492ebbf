"""The picture of a release shows the traffic and the stages, also of a failed release."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.timeline import FAILED, compose, draw
from tests.support.evidence import evidence, failed_on_purpose, outcome, request_at, requests, visits


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def areas(figure: Figure) -> dict[str, StepPatch]:
    return {str(patch.get_label()): patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)}


def test_the_picture_is_a_wide_png(tmp_path: Path) -> None:
    draw(evidence(), tmp_path / "timeline.png")
    png = (tmp_path / "timeline.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert [int.from_bytes(png[at : at + 4], "big") for at in (16, 20)] == [1600, 900]


def test_each_version_in_each_environment_has_an_area_of_its_own_and_its_count() -> None:
    assert list(areas(compose(evidence()))) == [
        "shop-prod/v1  ·  434",
        "shop-prod-green/v1  ·  266",
        "shop-prod/v2  ·  250",
    ]


def test_no_two_areas_have_the_same_colour() -> None:
    colours = [to_hex(area.get_facecolor()) for area in areas(compose(evidence())).values()]
    assert len(set(colours)) == 3


def test_the_areas_together_hold_every_request() -> None:
    drawn = 0.0
    for area in areas(compose(evidence())).values():
        top, edges, floor = area.get_data()
        drawn += sum((top - floor) * (edges[1:] - edges[:-1])) * 0.1
    assert drawn == pytest.approx(len(requests()))


def test_failed_requests_are_red_and_counted() -> None:
    figure = compose(evidence(sent=[*requests(), request_at(500, "shop-prod/v1", "status 503")]))
    assert to_hex(areas(figure)["failed  ·  1"].get_facecolor()) == FAILED
    assert "1 of 951 requests failed, the first with: status 503" in texts(figure)


def test_nothing_is_red_in_a_good_release() -> None:
    figure = compose(evidence())
    assert FAILED not in {to_hex(text.get_color()) for text in figure.texts if text.get_text()}
    assert not [label for label in areas(figure) if label.startswith("failed")]


def test_each_stage_has_a_lane_with_its_name_and_its_duration() -> None:
    figure = compose(evidence())
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == [visit.name for visit in visits()]
    assert {"6:12", "2:08"} <= set(texts(figure))


def test_the_stage_in_which_a_release_failed_is_red() -> None:
    lanes = compose(failed_in_a_state()).axes[1].patches
    assert [to_hex(lane.get_facecolor()) == FAILED for lane in lanes] == [False] * 7 + [True]


def test_the_stage_before_the_failure_branch_is_red_and_called_failed() -> None:
    figure = compose(failed_on_purpose())
    red = [lane for lane in figure.axes[1].patches if to_hex(lane.get_facecolor()) == FAILED]
    assert [figure.axes[1].get_yticklabels()[list(figure.axes[1].patches).index(lane)].get_text() for lane in red] == [
        "VerifyRelease"
    ]
    assert "0:02, failed" in texts(figure)
    assert any(text.startswith("v2 failed on purpose in VerifyRelease; then") for text in texts(figure))


def test_the_colours_differ_in_gray() -> None:
    figure = compose(evidence(sent=[*requests(), request_at(500, None, "status 503")]))
    shades = sorted(0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in face_colours(figure))
    assert len(shades) == 4
    assert min(after - before for before, after in pairwise(shades)) > 0.12, shades


def face_colours(figure: Figure) -> list[tuple[float, float, float]]:
    return [to_rgb(area.get_facecolor()) for area in areas(figure).values()]


def test_a_state_that_only_decides_has_no_lane() -> None:
    decided = replace(visits()[0], name="WhereToStart", kind="Choice")
    figure = compose(evidence(visited=[*visits(), decided]))
    assert "WhereToStart" not in texts(figure)


def test_both_swaps_are_marked() -> None:
    assert texts(compose(evidence())).count("CNAMEs swapped") == 2


def test_the_headline_says_what_was_released_and_how_it_ended() -> None:
    assert {"Release of v2 onto shop-prod", "SUCCEEDED in 15:04 of account time   ·   950 requests, 0 failed"} <= set(
        texts(compose(evidence()))
    )


def failed_in_a_state() -> ReleaseEvidence:
    unfinished = visits()[:8]
    unfinished[-1].exited = None
    return evidence(ended=outcome("FAILED", "DeploymentFailedError"), visited=unfinished)


@pytest.mark.parametrize(
    "seen",
    [
        failed_in_a_state(),
        evidence(sent=[]),
        evidence(sent=[request_at(at, None, "connection refused") for at in range(100)]),
        evidence(visited=[], ended=outcome("ABORTED")),
    ],
    ids=["failed in a state", "no traffic", "no answers", "no state entered"],
)
def test_a_release_that_went_wrong_can_be_drawn_too(seen: ReleaseEvidence, tmp_path: Path) -> None:
    draw(seen, tmp_path / "timeline.png")
    assert (tmp_path / "timeline.png").stat().st_size > 5000
