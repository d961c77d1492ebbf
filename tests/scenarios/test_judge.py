"""The judge can find us guilty: what would hurt users in life does so here."""

from tests.support.testbed import Testbed


def test_a_release_that_does_not_let_old_dns_answers_expire_loses_requests(testbed: Testbed) -> None:
    shop = testbed.open()
    with testbed.durations(dns_ttl=600), shop.users() as users:
        shop.release("v2", drain_seconds=0, bake_seconds=0)
    assert users.failed != []


def test_a_deployment_onto_the_environment_that_serves_loses_requests(testbed: Testbed) -> None:
    shop = testbed.open()
    with shop.users() as users:
        shop.deploy(shop.blue, "v2")
        shop.until_healthy(shop.blue)
    assert users.failed != []
    assert users.served_by[-1] == f"{shop.blue}/v2"


def test_the_users_of_an_environment_that_nobody_touches_lose_nothing(testbed: Testbed) -> None:
    shop = testbed.open()
    with shop.users() as users:
        testbed.until(lambda: len(users.requests) >= 5, "a few requests")
    assert users.failed == []
