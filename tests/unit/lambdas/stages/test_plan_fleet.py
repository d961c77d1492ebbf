"""PlanFleet expands the input, refuses what collides, and after a redrive keeps what was released."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas.aws.environment import Environment
from lambdas.errors import InvalidRequestError, ReleaseRefusedError, ServiceUnavailableError
from lambdas.fleet import Fleet, FleetStep, ReleaseProgress
from lambdas.fleet_request import completed_fleet
from lambdas.stages import plan_fleet
from tests.support.stages import READS, Release, visit

SHOP = {"application": "shop", "blue": "shop-prod", "version": "v2"}


@pytest.fixture
def planned(release: Release) -> Callable[..., Fleet]:
    """Return what plans a fleet from the keys of its input."""

    def plan(**request: Any) -> Fleet:
        return plan_fleet.plan_fleet(completed_fleet(request), visit("fleet"), release.beanstalk)

    return plan


def refused(plan: Callable[..., Fleet], **request: Any) -> str:
    with pytest.raises(ReleaseRefusedError) as error:
        plan(**request)
    return error.value.found


def names(fleet: Fleet) -> list[str]:
    return [str(each.request["blue"]) for each in fleet.releases]


def test_a_plan_touches_nothing(release: Release, planned: Callable[..., Fleet]) -> None:
    before = dict(release.account.service.calls)
    planned(releases=[SHOP])
    made = {action for action, count in release.account.service.calls.items() if count != before.get(action)}
    assert made == {"DescribeEnvironments", "DescribeApplicationVersions"}
    assert all(each.startswith(READS) for each in made)


def test_a_list_becomes_releases_with_the_fleet_in_their_names(planned: Callable[..., Fleet]) -> None:
    fleet = planned(releases=[SHOP], release={"drain_seconds": 60})
    (item,) = fleet.to_json()["group"]
    assert (item["request"], fleet.common) == (SHOP, {"drain_seconds": 60})
    assert item["name"] == f"fleet-{visit('fleet').digest}-1-shop-prod"
    assert fleet.next_step == FleetStep.RELEASE


def test_environments_are_selected_by_application_name_and_tags(
    release: Release, planned: Callable[..., Fleet]
) -> None:
    release.account.launched("shop-test", VersionLabel="v1", Tags=[{"Key": "team", "Value": "search"}])
    assert names(planned(version="v2", environments=[{"application": "shop"}])) == ["shop-prod", "shop-test"]
    assert names(planned(version="v2", environments=[{"name": "*-prod"}])) == ["shop-prod"]
    assert names(planned(version="v2", environments=[{"tags": {"team": "search"}}])) == ["shop-test"]
    both = [{"name": "shop-prod"}, {"application": "shop", "tags": {"team": "search"}}, {"name": "shop-*"}]
    assert names(planned(version="v2", environments=both)) == ["shop-prod", "shop-test"], "each one once"
    assert refused(planned, version="v2", environments=[{"application": "shop", "tags": {"team": "none"}}]) == "none"


def test_the_releases_have_the_order_of_the_entries_then_of_their_names(
    release: Release, planned: Callable[..., Fleet]
) -> None:
    for name in ("shop-test", "shop-a", "shop-b"):
        release.account.launched(name, VersionLabel="v1")
    entries = [{"name": "shop-t*"}, {"name": "shop-?"}, {"name": "*"}]
    assert names(planned(version="v2", environments=entries)) == ["shop-test", "shop-a", "shop-b", "shop-prod"]


def test_many_applications_take_one_look_since_elastic_beanstalk_answers_two_a_second(
    release: Release, planned: Callable[..., Fleet]
) -> None:
    """After a redrive, each release that is left names its application.

    A call for each would use up the burst of 15: https://github.com/aws/aws-toolkit-azure-devops/issues/62
    """
    client, applications = release.account.client, [f"app{number:02}" for number in range(20)]
    for each in applications:
        client.create_application(ApplicationName=each)
    before = release.calls("DescribeEnvironments")
    missing = refused(planned, version="v2", releases=[SHOP, *({"application": a, "blue": a} for a in applications)])
    assert "no environment app00 in app00" in missing
    assert "shop-prod" not in missing
    assert release.calls("DescribeEnvironments") == before + 1


def test_tags_are_read_only_where_they_decide(release: Release, planned: Callable[..., Fleet]) -> None:
    before = release.calls("ListTagsForResource")
    planned(version="v2", environments=[{"application": "shop", "name": "shop-*"}])
    assert release.calls("ListTagsForResource") == before


def test_tags_are_asked_for_again_while_aws_throttles(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    tags = release.beanstalk.tags

    def throttled(environment: Environment) -> dict[str, str]:
        if len(pauses) < 3:
            raise ServiceUnavailableError(expected="tags", found="Throttling", next_step="Ask again.", throttled=True)
        return tags(environment)

    monkeypatch.setattr(release.beanstalk, "tags", throttled)
    blue = release.look("shop-prod")
    assert plan_fleet.patient_tags(blue, release.beanstalk) == {"team": "checkout"}
    assert pauses == [2.0] * 3


def test_a_clone_is_never_selected(release: Release, planned: Callable[..., Fleet]) -> None:
    release.cloned()
    fleet = planned(version="v2", environments=[{"application": "shop"}])
    assert names(fleet) == ["shop-prod"]
    assert fleet.left_out == ("shop-prod-green: it is a clone of shop-prod",)


@pytest.mark.parametrize(
    ("releases", "found"),
    [
        ([SHOP, SHOP], "shop-prod is in 2 releases"),
        ([{**SHOP, "green": "g-green"}, {**SHOP, "blue": "other", "green": "g-green"}], "the clone of 2 environments"),
        ([{**SHOP, "green": "other"}, {**SHOP, "blue": "other"}], "one release and the clone of another"),
        ([SHOP, {**SHOP, "blue": "none-prod"}], "no environment none-prod in shop"),
        ([{**SHOP, "application": "blog"}], "no environment shop-prod in blog"),
        ([{**SHOP, "version": "v9"}], "no version v9 of shop"),
        (
            [{**SHOP, "production_cname": cname} for cname in ("s.example.com", "S.example.com")],
            "s.example.com is the production CNAME of 2 releases",
        ),
        (
            [{**SHOP, "config_template": "t"}, {**SHOP, "blue": "other", "config_template": "t"}],
            "2 releases of shop name the saved configuration t",
        ),
    ],
)
def test_what_collides_or_is_missing_is_refused(
    planned: Callable[..., Fleet], releases: list[dict[str, str]], found: str
) -> None:
    assert found in refused(planned, releases=releases)


def test_an_invalid_release_is_refused_before_anything_is_touched(planned: Callable[..., Fleet]) -> None:
    with pytest.raises(InvalidRequestError, match=r"release 1 \(shop-prod\): input.drain_seconds"):
        planned(releases=[{**SHOP, "drain_seconds": -1}])


def test_a_version_that_a_release_registers_may_be_missing(planned: Callable[..., Fleet]) -> None:
    bundle = {"bucket": "bundles", "key": "v9.zip"}
    assert planned(releases=[{**SHOP, "version": "v9", "source_bundle": bundle}]).releases


def test_an_environment_that_runs_the_version_is_left_as_it_is(release: Release, planned: Callable[..., Fleet]) -> None:
    fleet = planned(releases=[{**SHOP, "version": "v1"}])
    assert (fleet.next_step, fleet.releases[0].state) == (FleetStep.DONE, ReleaseProgress.UNCHANGED)
    assert fleet.to_json()["result"]["unchanged"] == ["shop/shop-prod"]
    release.cloned()
    assert planned(releases=[{**SHOP, "version": "v1"}]).next_step == FleetStep.RELEASE, "its green is to be removed"


def test_a_plan_that_no_state_can_hold_is_refused(planned: Callable[..., Fleet]) -> None:
    health_check = {"headers": {f"header-{number}": "x" * 1000 for number in range(20)}}
    long = [{**SHOP, "blue": f"shop-{number}", "health_check": health_check} for number in range(10)]
    assert "bytes for 10 releases" in refused_size(planned, long)


def refused_size(planned: Callable[..., Fleet], releases: list[dict[str, Any]]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lambdas.fleet_selection.absences", lambda *_: [])
        return refused(planned, releases=releases)


def test_a_fleet_is_the_same_after_json(planned: Callable[..., Fleet]) -> None:
    fleet = planned(releases=[SHOP])
    passed_on = json.loads(json.dumps({**fleet.to_json(), "of_a_newer_version": 1}))
    assert Fleet.from_json(passed_on) == fleet


def test_a_redrive_releases_what_failed_or_was_left_and_nothing_else(
    release: Release, planned: Callable[..., Fleet]
) -> None:
    (one,) = planned(releases=[SHOP]).releases
    states = [ReleaseProgress.RELEASED, ReleaseProgress.FAILED, ReleaseProgress.UNCHANGED, ReleaseProgress.LEFT]
    before = replace(
        planned(releases=[SHOP]),
        next_step=FleetStep.STOP,
        releases=tuple(
            replace(one, number=number, wave=number, state=state, reason="why" if state == "failed" else "")
            for number, state in enumerate(states, start=1)
        ),
    )
    fleet = plan_fleet.resumed(before, release.beanstalk)
    assert [each.state for each in fleet.releases] == ["released", "left", "unchanged", "left"]
    assert (fleet.next_step, fleet.wave, fleet.releases[1].reason) == (FleetStep.RELEASE, 2, "")


def test_a_redrive_leaves_out_what_somebody_has_released_by_now(
    release: Release, planned: Callable[..., Fleet]
) -> None:
    fleet = planned(releases=[SHOP])
    failed = replace(fleet, releases=(replace(fleet.releases[0], state=ReleaseProgress.FAILED),))
    id_ = release.look("shop-prod").id
    release.account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    release.account.until_status(id_, "Ready")
    release.account.until(lambda: release.look("shop-prod").healthy(["Ok"]), lambda: "health")
    assert plan_fleet.resumed(failed, release.beanstalk).next_step == FleetStep.DONE


def test_a_dry_run_tells_the_waves_or_why_it_is_refused(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_fleet, "connect_beanstalk", lambda: release.beanstalk)
    event = {"context": context({"releases": [SHOP], "dry_run": True}), "fleet": None}
    told = plan_fleet.handler(event, None)
    assert told["next_step"] == "planned"
    assert told["result"]["waves"] == [["shop/shop-prod"]]
    refusal = plan_fleet.handler({"context": context({"releases": [SHOP, SHOP], "dry_run": True})}, None)
    assert (refusal["next_step"], refusal["result"]["status"]) == ("planned", "refused")


def test_the_first_run_takes_no_fleet_from_its_input(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_fleet, "connect_beanstalk", lambda: release.beanstalk)
    event = {"context": context({"releases": [SHOP]}), "fleet": {"releases": "forged"}}
    assert plan_fleet.handler(event, None)["next_step"] == "release"


def context(given: object) -> dict[str, Any]:
    execution = "arn:aws:states:us-east-1:123456789012:execution:BeanstalkBlueGreen-dev-fleet:fleet"
    return {
        "Execution": {"Id": execution, "Input": given, "StartTime": "2026-01-01T00:00:00.000Z"},
        "State": {"Name": "PlanFleet", "EnteredTime": "2026-01-01T00:00:00.000Z"},
    }
