"""Traffic finds mistakes: what fails requests on AWS fails them here."""

from tests.support.testbed import ScenarioTestbed


def test_a_release_that_does_not_let_old_dns_answers_expire_loses_requests(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with testbed.durations(dns_ttl=600), shop.traffic() as traffic:
        shop.release("v2", drain_seconds=0, bake_seconds=0)
    assert traffic.failed != []


def test_a_deployment_onto_the_environment_that_serves_loses_requests(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        shop.deploy(shop.blue, "v2")
        shop.until_healthy(shop.blue)
    assert traffic.failed != []
    assert traffic.served_by[-1] == f"{shop.blue}/v2"


def test_an_environment_that_does_not_change_loses_no_request(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        testbed.until(lambda: len(traffic.requests) >= 5, "a few requests")
    assert traffic.failed == []
