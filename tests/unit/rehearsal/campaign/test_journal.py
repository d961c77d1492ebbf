"""The calls that a campaign strikes: those of releases, named by their stages."""

from typing import Any

from rehearsal.campaign.testbed import CampaignTestbed


class FakeJournal:
    """A control of an account that has kept these calls."""

    def journal(self) -> list[dict[str, str]]:
        called = {"service": "elasticbeanstalk", "action": "DescribeEvents"}
        return [{**called, "function": function} for function in ("stack-Plan", "stack-WriteReport", "stack")]


def test_the_calls_of_a_report_are_none_of_a_release() -> None:
    """It is written after the end, at a moment that no release knows."""
    testbed: Any = object.__new__(CampaignTestbed)
    testbed.control, testbed._other = FakeJournal(), None
    testbed.__dict__["functions"] = {"plan": "stack-Plan", "write_report": "stack-WriteReport"}
    assert [call["function"] for call in testbed.journal()] == ["plan", "state machine"]
