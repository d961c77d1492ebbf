"""The picture of a release shows the traffic and the stages, also of a failed release."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from rehearsal.report.colours import FAILED, TEXT
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.timeline import compose, draw
from tests.support.evidence import (
    SWAPS,
    account_time,
    evidence,
    failed_on_purpose,
    outcome,
    request_at,
    requests,
    visits,
)
from tests.support.svg import DrawnPicture, brightness, outlines


def drawn(seen: ReleaseEvidence | None = None) -> DrawnPicture:
    return DrawnPicture(compose(seen or evidence()))


def areas(picture: DrawnPicture) -> dict[str, str]:
    """Return the colour of each area."""
    return dict(picture.colours("path"))


def one_failed(answered_by: str | None = None) -> ReleaseEvidence:
    return evidence(sent=[*requests(), request_at(500, answered_by, "status 503")])


def test_the_picture_is_as_wide_as_a_readme_and_white_on_pages_of_each_colour(tmp_path: Path) -> None:
    draw(evidence(), tmp_path / "timeline.svg")
    root = DrawnPicture((tmp_path / "timeline.svg").read_text(encoding="utf-8")).root
    assert (root.get("width"), root.get("font-family")) == ("900", "sans-serif")
    assert root.get("viewBox") == f"0 0 900 {root.get('height')}"
    paper = next(each for each in root if each.tag.endswith("rect"))
    assert [paper.get(name) for name in ("width", "height", "fill")] == ["100%", "100%", "#ffffff"]


def test_no_words_are_small() -> None:
    assert min(float(each.attrib["font-size"]) for each in drawn().root.iter() if "font-size" in each.attrib) >= 11


def test_each_version_in_each_environment_has_an_area_of_its_own_and_its_count() -> None:
    picture = drawn()
    assert list(areas(picture)) == ["shop-prod/v1 · 434", "shop-prod-green/v1 · 266", "shop-prod/v2 · 250"]
    assert set(areas(picture)) <= set(picture.words())


def test_no_two_areas_have_the_same_colour() -> None:
    assert len(set(areas(drawn()).values())) == 3


def test_each_area_holds_its_requests() -> None:
    picture = drawn()
    low, high = (picture.place(time)[0] for time in ("0:00", "10:00"))
    counts = picture.counts()
    request = (high - low) / 600 * 10 * (counts[0] - counts[10]) / 10  # a second of ten is a real one
    assert {name: size / request for name, size in picture.sizes().items()} == {
        "shop-prod/v1 · 434": pytest.approx(434, abs=1),
        "shop-prod-green/v1 · 266": pytest.approx(266, abs=1),
        "shop-prod/v2 · 250": pytest.approx(250, abs=2),
    }


def test_failed_requests_are_red_striped_counted_and_marked_at_their_time() -> None:
    picture = drawn(one_failed("shop-prod/v1"))
    assert areas(picture)["failed · 1"] == FAILED
    assert "url(#stripes)" in [each.get("fill") for each in picture.root.iter()]
    assert "1 of 951 requests failed, the first with: status 503" in picture.words()
    assert [picture.seconds(x) for x in picture.strokes(FAILED)] == [pytest.approx(500, abs=1)]


def test_nothing_is_red_in_a_good_release() -> None:
    picture = drawn()
    assert FAILED not in {value for each in picture.root.iter() for value in each.attrib.values()}
    assert not [label for label in areas(picture) if label.startswith("failed")]


def test_each_stage_has_a_lane_with_its_name_its_duration_and_its_time() -> None:
    picture = drawn()
    names = [visit.name for visit in visits()]
    assert [word for word in picture.words() if word in names] == names
    assert {"6:12", "2:08"} <= set(picture.words())
    assert [picture.seconds(x) for x in picture.rectangles()["AwaitGreen 6:12"]] == pytest.approx([4, 376], abs=1)


def test_the_stage_in_which_a_release_failed_is_red() -> None:
    lanes = drawn(failed_in_a_state()).colours("rect")
    assert [colour == FAILED for _, colour in lanes] == [False] * 7 + [True]


def test_the_stage_before_the_failure_branch_is_red_and_called_failed() -> None:
    picture = drawn(failed_on_purpose())
    assert [name for name, colour in picture.colours("rect") if colour == FAILED] == ["VerifyRelease 0:02, failed"]
    assert any(words.startswith("v2 failed on purpose in VerifyRelease; then") for words in picture.words())


def test_a_redrive_is_marked_where_it_begins() -> None:
    seen = failed_on_purpose()
    assert seen.attempt
    attempt = replace(seen.attempt, outcome=replace(seen.attempt.outcome, stopped=account_time(642)))
    picture = drawn(replace(seen, attempt=attempt))
    assert [picture.seconds(x) for x in picture.lines(FAILED)] == [pytest.approx(643, abs=1)]
    swap = next(y for each in picture.root.iter() if each.text == "CNAMEs swapped" for y in [float(each.attrib["y"])])
    assert picture.place("v2.1 was released")[1] != swap, "the labels of two marks cover each other"


def test_the_colours_differ_in_gray() -> None:
    shades = sorted(map(brightness, areas(drawn(one_failed())).values()))
    assert len(shades) == 4
    assert min(after - before for before, after in pairwise(shades)) > 0.12, shades


def test_a_state_that_only_decides_has_no_lane() -> None:
    decided = replace(visits()[0], name="WhereToStart", kind="Choice")
    assert "WhereToStart" not in drawn(evidence(visited=[*visits(), decided])).words()


def test_both_swaps_are_marked_at_their_times() -> None:
    picture = drawn()
    assert picture.words().count("CNAMEs swapped") == 2
    assert [picture.seconds(x) for x in picture.lines(TEXT)] == pytest.approx(SWAPS, abs=1)


def test_the_headline_says_what_was_released_and_how_it_ended() -> None:
    words = drawn().words()
    assert words[:2] == ["Release of v2 onto shop-prod", "SUCCEEDED in 15:04 of account time · 950 requests, 0 failed"]


def test_the_axes_have_round_ticks_and_names() -> None:
    picture = drawn()
    assert picture.times() == [f"{minute}:00" for minute in range(16)]
    assert list(picture.counts()) == [0, 2, 4, 6, 8, 10]
    assert {"requests a second", "minutes of account time since the execution started"} <= set(picture.words())


def test_what_users_wrote_is_escaped() -> None:
    name = 'shop-prod/<script>&"\x00\ud800'
    seen = replace(evidence(sent=[request_at(at, name) for at in range(100)]), expected=name)
    picture = drawn(seen)
    assert "script" not in {each.tag.rpartition("}")[2] for each in picture.root.iter()}
    assert 'Release of <script>&"   onto shop-prod' in picture.words()
    assert 'shop-prod/<script>&"   · 100' in picture.words()


def test_long_names_and_sentences_stay_in_the_picture() -> None:
    version = "v" * 100
    sent = [request_at(at, f"shop-prod{at // 20}/{version}", None) for at in range(100)]
    picture = drawn(replace(evidence(sent=sent), expected=f"shop-prod/{version}"))
    rows = [(float(each.attrib["x"]), float(each.attrib["y"])) for each in picture.root if each.tag.endswith("text")]
    assert len(set(rows)) == len(rows)
    assert max(len(words) for words in picture.words()) <= 121
    assert len([words for words in picture.words() if words.endswith("… · 20")]) == 5


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
        replace(evidence(visited=[], sent=[], ended=replace(outcome(), stopped=None)), events=[]),
    ],
    ids=["failed in a state", "no traffic", "no answers", "no state entered", "nothing at all"],
)
def test_a_release_that_went_wrong_can_be_drawn_too(seen: ReleaseEvidence) -> None:
    assert "requests a second" in drawn(seen).words()


@pytest.mark.parametrize("minutes", [4, 20, 40])
def test_a_steady_rate_is_drawn_flat(minutes: int) -> None:
    """Clients may send together, some times in each real second, which is ten of account time."""
    bursts = [request_at(burst * 10 / 3, "shop-prod/v1") for burst in range(18 * minutes) for _ in range(10)]
    ended = replace(outcome(), stopped=account_time(60 * minutes - 4))
    picture = drawn(evidence(sent=bursts, visited=[], ended=ended))
    path = next(each.attrib["d"] for each in picture.root.iter() if each.get("shape-rendering"))
    assert len({y for corners in outlines(path) for _, y in corners}) == 2, "its floor and its height"


def test_the_picture_in_the_readme_is_of_a_good_release() -> None:
    path = Path("docs/timeline.svg")
    assert f"]({path})" in Path("README.md").read_text(encoding="utf-8")
    picture = DrawnPicture(path.read_text(encoding="utf-8"))
    words = picture.words()
    assert words[0] == "Release of v2 onto shop-prod"
    assert words[1].endswith(", 0 failed")
    assert words.count("CNAMEs swapped") == 2
