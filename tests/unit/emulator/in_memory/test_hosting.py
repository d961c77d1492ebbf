import pytest

from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.in_memory.hosting import InMemoryHosting
from tests.support import source_bundles


@pytest.fixture
def hosting() -> InMemoryHosting:
    hosting = InMemoryHosting("shop-prod")
    hosting.open()
    return hosting


def test_an_application_answers_what_its_bundle_says(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.release(500, by_path={"/health": 200}), {})

    assert (hosting.running_label, hosting.running()) == ("v1", True)
    assert (hosting.probe("/"), hosting.probe("/health")) == (500, 200)


def test_a_bundle_without_behaviour_answers_200(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.packed({"Procfile": "web: true\n"}), {})

    assert hosting.probe("/") == 200


def test_an_application_that_dies_does_not_answer_and_leaves_its_output(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.dying(), {})

    assert not hosting.running()
    assert hosting.probe("/") is None
    assert hosting.log_tail() == "the configuration is missing"


def test_a_bundle_that_is_no_zip_runs_nothing(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.release(), {})

    with pytest.raises(InvalidBundleError):
        hosting.deploy("text", b"no zip", {})

    assert not hosting.running()
    assert hosting.running_label == "text"


def test_an_order_replaces_what_the_application_answers(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.release(), {})

    hosting.order = 500
    assert hosting.probe("/") == 500

    hosting.order = None
    assert hosting.probe("/") == 200


def test_users_get_503_unless_the_instance_is_in_service(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.release(), {})
    assert hosting.answer("/") == 503

    hosting.in_service = True
    assert hosting.answer("/") == 200

    hosting.deploy("v2", source_bundles.release(), {})
    assert hosting.answer("/") == 503


def test_a_closed_hosting_has_no_load_balancer_and_no_application(hosting: InMemoryHosting) -> None:
    hosting.deploy("v1", source_bundles.release(), {})

    hosting.close()

    assert hosting.port is None
    assert not hosting.running()


def test_a_load_balancer_has_a_port(hosting: InMemoryHosting) -> None:
    assert hosting.port is not None
