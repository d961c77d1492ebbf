import pytest

from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.in_memory.hosting import InMemoryHosting, InMemoryInstance
from tests.support import source_bundles


@pytest.fixture
def hosting() -> InMemoryHosting:
    hosting = InMemoryHosting("shop-prod")
    hosting.open()
    return hosting


@pytest.fixture
def instance(hosting: InMemoryHosting) -> InMemoryInstance:
    return hosting.launch("i-1")


def test_an_application_answers_what_its_bundle_says(instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.release(500, by_path={"/health": 200}), DeploymentCommand())

    assert (instance.running_label, instance.running()) == ("v1", True)
    assert (instance.probe("/"), instance.probe("/health")) == (500, 200)


def test_a_bundle_without_behaviour_answers_200(instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.packed({"Procfile": "web: true\n"}), DeploymentCommand())

    assert instance.probe("/") == 200


def test_an_application_that_dies_does_not_answer_and_leaves_its_output(instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.dying(), DeploymentCommand())

    assert not instance.running()
    assert instance.probe("/") is None
    assert instance.log_tail() == "the configuration is missing"


def test_a_bundle_that_is_no_zip_runs_nothing(instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.release(), DeploymentCommand())

    with pytest.raises(InvalidBundleError):
        instance.deploy("text", b"no zip", DeploymentCommand())

    assert not instance.running()
    assert instance.running_label == "text"


def test_an_order_replaces_what_the_application_answers(hosting: InMemoryHosting, instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.release(), DeploymentCommand())

    hosting.order = 500
    assert instance.probe("/") == 500

    hosting.order = None
    assert instance.probe("/") == 200


def test_users_get_503_unless_the_instance_is_in_service(hosting: InMemoryHosting, instance: InMemoryInstance) -> None:
    instance.deploy("v1", source_bundles.release(), DeploymentCommand())
    assert hosting.answer("/") == (503, None)

    instance.in_service = True
    assert hosting.answer("/") == (200, "v1")

    instance.deploy("v2", source_bundles.release(), DeploymentCommand())
    assert hosting.answer("/") == (503, None)


def test_a_closed_hosting_has_no_load_balancer_and_no_application(
    hosting: InMemoryHosting, instance: InMemoryInstance
) -> None:
    instance.deploy("v1", source_bundles.release(), DeploymentCommand())

    hosting.close()

    assert hosting.port is None
    assert not instance.running()


def test_a_load_balancer_has_a_port(hosting: InMemoryHosting) -> None:
    assert hosting.port is not None


def serve(hosting: InMemoryHosting, *labels: str) -> list[InMemoryInstance]:
    """Launch an instance in service for each label."""
    for number, label in enumerate(labels):
        instance = hosting.launch(f"i-{number}")
        instance.deploy(label, source_bundles.release(), DeploymentCommand())
        instance.in_service = True
    return hosting.instances


def test_requests_go_to_the_instances_in_service_in_turn(hosting: InMemoryHosting) -> None:
    serve(hosting, "v1", "v2", "v3")[2].in_service = False

    assert [hosting.answer("/")[1] for _ in range(4)] == ["v1", "v2", "v1", "v2"]


def test_a_share_of_the_requests_goes_to_chosen_instances(hosting: InMemoryHosting) -> None:
    instances = serve(hosting, "v1", "v1", "v2")

    hosting.send_share(instances[2:], 10)

    assert [hosting.answer("/")[1] for _ in range(100)].count("v2") == 10


def test_users_get_503_when_they_send_more_than_all_instances_can_take() -> None:
    hosting = InMemoryHosting("shop-prod", lambda: Capacity(requests_per_second=10))
    serve(hosting, "v1", "v1")

    hosting.load = 20
    assert hosting.answer("/")[0] == 200

    hosting.load = 21
    assert hosting.answer("/") == (503, None)


def test_requests_are_counted_by_the_load_and_the_time_that_passes() -> None:
    now = [0.0]
    hosting = InMemoryHosting("shop-prod", now=lambda: now[0])

    hosting.load, now[0] = 5, 10.0
    hosting.load, now[0] = 1, 20.0

    assert hosting.requests_received() == 60
