"""The options of a campaign."""

from rehearsal.campaign.options import read_campaign_options


def test_a_seed_is_drawn_when_none_is_given() -> None:
    assert read_campaign_options([]).seed != read_campaign_options([]).seed
    assert read_campaign_options(["--seed", "7"]).seed == 7
