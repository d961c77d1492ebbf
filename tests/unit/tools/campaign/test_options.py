"""The options of a campaign."""

import pytest

from tools.campaign.cli import read_campaign_options


def test_a_seed_is_drawn_when_none_is_given() -> None:
    assert read_campaign_options([]).seed != read_campaign_options([]).seed
    assert read_campaign_options(["--seed", "7"]).seed == 7


@pytest.mark.parametrize(
    ("only", "schedules", "runs"),
    [
        ("", [1, 2], [1, 2, 3]),
        ("schedule", [1, 2], []),
        ("random", [], [1, 2, 3]),
        ("random/3", [], [3]),
    ],
)
def test_what_is_played_is_chosen_by_name(only: str, schedules: list[int], runs: list[int]) -> None:
    options = read_campaign_options(["--schedules", "2", "--runs", "3", "--only", only])
    assert (options.schedule_numbers, options.run_numbers) == (schedules, runs)


def test_one_schedule_is_played_alone() -> None:
    text = "full Plan/s3.PutObject/1:reset_after DrainBlue/s3.GetObject/2:sick/green"
    options = read_campaign_options(["--play", *text.split()])
    assert (str(options.play), options.schedule_numbers, options.run_numbers) == (text, [], [])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--play", "full", "12:throttle"], "Expected STATE/SERVICE"),
        (["--play", "fill"], "Expected a release"),
        (["--only", "random/99"], "nothing is chosen"),
        (["--runs", "-1"], "expected a number"),
    ],
)
def test_options_that_choose_nothing_are_refused(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_campaign_options(arguments)
    assert expected in capsys.readouterr().err
