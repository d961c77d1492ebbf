"""The report of a campaign: the runs, the violations, and how to repeat them."""

from dataclasses import replace

from tests.support.campaign_runs import FAILED, GOOD_RUN, SUCCEEDED, history
from tools.agreement.comparison import Comparison
from tools.agreement.placed_schedules import PlacedSchedule
from tools.campaign.plan import Intervention, RunPlan
from tools.campaign.report import CampaignReport, judge
from tools.campaign.run_evidence import RunEvidence
from tools.campaign.snapshot_strikes import Strike

CALL = {"service": "s3", "action": "PutObject", "function": "stack-Plan", "state": "Plan"}
AGREE = Comparison(PlacedSchedule("deploy"), [], 20.0)
DIFFER = Comparison(PlacedSchedule.from_text("full Plan/s3.PutObject/1:throttle"), ["ends of execution 1:"], 20.0)


def report_of(*evidence: RunEvidence, complete: bool = True) -> CampaignReport:
    results = [judge(each, [CALL], seed=7, seconds=30.0) for each in evidence]
    return CampaignReport(seed=7, comparisons=[AGREE], results=results, complete=complete, seconds=60.0)


def test_the_report_has_the_runs_and_the_violations() -> None:
    executions = [history(FAILED, SUCCEEDED)]
    broken = replace(GOOD_RUN, plan=RunPlan("random/3"), templates=["left"], executions=executions)
    broken = replace(broken, strikes=[Strike(Intervention.SNAPSHOT_TORN, 0.0, 3)])
    report = report_of(GOOD_RUN, broken, replace(GOOD_RUN, hits=[])).as_dict()
    assert (report["runs"], report["seed"], report["schedules"]) == (3, 7, {"deploy": []})
    assert report["redriven"] == ["random/3"]
    assert report["missed"] == ["random/1"]
    assert report["happened"] == {"snapshot_torn": 1}
    (violation,) = report["violations"]
    assert violation["found"] == ["Saved configurations are left: left."]
    assert violation["repeat"] == "make campaign RUNS=3 SEED=7 ARGS='--only random/3'"
    assert violation["executions"][0]["ends"][0]["error"] == "WaitTimedOutError"
    assert violation["calls"] == ["Plan: s3.PutObject"]


def test_a_schedule_in_which_the_two_differ_is_reported_with_what_repeats_it() -> None:
    report = replace(report_of(GOOD_RUN), comparisons=[AGREE, DIFFER])
    assert not report.good
    assert report.as_dict()["schedules"][str(DIFFER.schedule)] == ["ends of execution 1:"]
    text = "\n".join(report.summary())
    assert "2 schedules, differences in 1; " in text
    assert "make campaign ARGS='--play full Plan/s3.PutObject/1:throttle'" in text


def test_a_secret_in_a_log_is_reported() -> None:
    report = replace(report_of(GOOD_RUN), secrets=["server.log shows ASIA"])
    assert report.as_dict()["secrets"] == ["server.log shows ASIA"]
    assert "A log holds a secret: server.log shows ASIA" in report.summary()


def test_the_summary_names_each_violation_and_how_to_repeat_it() -> None:
    text = "\n".join(report_of(GOOD_RUN, replace(GOOD_RUN, templates=["left"])).summary())
    assert "2 runs, 0 with a redrive, violations in 1; 1.0 minutes." in text
    assert "make campaign RUNS=1 SEED=7 ARGS='--only random/1'" in text
    assert "Saved configurations are left: left." in text


def test_an_incomplete_campaign_says_so() -> None:
    report = report_of(GOOD_RUN, complete=False)
    assert report.as_dict()["complete"] is False
    assert report.summary()[0].startswith("incomplete: 1 schedules")
