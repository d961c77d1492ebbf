"""The report of a campaign: the runs, the violations, and how to repeat them."""

from dataclasses import replace

from rehearsal.campaign.plan import Intervention, RunPlan
from rehearsal.campaign.report import CampaignReport, judge
from rehearsal.campaign.run_evidence import RunEvidence
from rehearsal.campaign.snapshot_strikes import Strike
from tests.support.campaign_runs import BASELINE, FAILED, GOOD_RUN, SUCCEEDED, call, history


def report_of(*evidence: RunEvidence, complete: bool = True) -> CampaignReport:
    results = [judge(each, [call("plan")], seed=7) for each in evidence]
    return CampaignReport(seed=7, baseline=BASELINE, results=results, complete=complete, seconds=60.0)


def test_the_report_has_the_runs_and_the_violations() -> None:
    executions = [history(FAILED, SUCCEEDED)]
    broken = replace(GOOD_RUN, plan=RunPlan("random/3"), templates=["left"], executions=executions)
    broken = replace(broken, strikes=[Strike(Intervention.SNAPSHOT_TORN, 0.0, 3)])
    report = report_of(GOOD_RUN, broken, replace(GOOD_RUN, hits=[])).as_dict()
    assert (report["runs"], report["seed"], report["kinds"]) == (3, 7, {"throttle": 2, "random": 1})
    assert report["calls"][2] == "clone_blue: elasticbeanstalk.CreateEnvironment"
    assert report["redriven"] == ["random/3"]
    assert report["missed"] == ["throttle/plan"]
    assert report["snapshot_strikes"] == {"snapshot_torn": 1}
    (violation,) = report["violations"]
    assert violation["found"] == ["Saved configurations are left: left."]
    assert violation["repeat"] == "make campaign SEED=7 ARGS='--only random/3'"
    assert violation["executions"][0]["ends"][0]["error"] == "WaitTimedOutError"


def test_a_secret_in_a_log_is_reported() -> None:
    report = replace(report_of(GOOD_RUN), secrets=["server.log shows ASIA"])
    assert report.as_dict()["secrets"] == ["server.log shows ASIA"]
    assert "A log holds a secret: server.log shows ASIA" in report.summary()


def test_the_summary_names_each_violation_and_how_to_repeat_it() -> None:
    text = "\n".join(report_of(GOOD_RUN, replace(GOOD_RUN, templates=["left"])).summary())
    assert "2 runs in 1.0 minutes, 0 with a redrive; violations: 1." in text
    assert "make campaign SEED=7 ARGS='--only throttle/plan'" in text
    assert "Saved configurations are left: left." in text


def test_an_incomplete_campaign_says_so() -> None:
    report = report_of(GOOD_RUN, complete=False)
    assert report.as_dict()["complete"] is False
    assert report.summary()[0].startswith("incomplete: 1 runs")
