"""Traffic judges strictly, and its clients have DNS caches."""

import threading
from collections.abc import Iterator

import pytest

from rehearsal.account.dns import CLIENT_TIMEOUT_SECONDS, DnsAnswer, NameNotResolvedError
from rehearsal.traffic import Request, Traffic, TrafficClient, count_answers, failed_requests
from rehearsal.wait import until
from tests.support.fake_environment import NAME, FakeDns, FakeEnvironment, serving


@pytest.fixture
def blue() -> Iterator[FakeEnvironment]:
    with serving(FakeEnvironment(answered_by="shop-prod/v1")) as environment:
        yield environment


@pytest.fixture
def green() -> Iterator[FakeEnvironment]:
    with serving(FakeEnvironment(answered_by="shop-prod-green/v1")) as environment:
        yield environment


class FakeClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_client_notes_which_environment_answered_and_when(blue: FakeEnvironment) -> None:
    assert TrafficClient(NAME, FakeDns(blue), clock=FakeClock()).request() == Request(1000.0, "shop-prod/v1")


def test_a_client_requests_the_name_and_not_the_address(blue: FakeEnvironment) -> None:
    TrafficClient(NAME, FakeDns(blue)).request()
    assert blue.requests == [(NAME, "/")]


def test_a_client_keeps_a_dns_answer_for_its_ttl_after_the_name_has_moved(
    blue: FakeEnvironment, green: FakeEnvironment
) -> None:
    clock, dns = FakeClock(), FakeDns(blue, ttl=60)
    client = TrafficClient(NAME, dns, clock=clock)
    client.request()
    dns.environment = green
    clock.now += 59.9
    assert client.request().answered_by == "shop-prod/v1"


def test_a_client_looks_the_name_up_again_when_the_ttl_is_over(blue: FakeEnvironment, green: FakeEnvironment) -> None:
    clock, dns = FakeClock(), FakeDns(blue, ttl=60)
    client = TrafficClient(NAME, dns, clock=clock)
    client.request()
    dns.environment = green
    clock.now += 60
    assert client.request().answered_by == "shop-prod-green/v1"


def test_only_the_first_dns_answer_of_a_client_has_an_age(blue: FakeEnvironment) -> None:
    clock, dns = FakeClock(), FakeDns(blue, ttl=60)
    client = TrafficClient(NAME, dns, age=0.75, clock=clock)
    looked_up = []
    for _ in range(80):
        client.request()
        looked_up.append(dns.look_ups)
        clock.now += 1
    assert looked_up == [1] * 15 + [2] * 60 + [3] * 5


@pytest.mark.parametrize("status", [204, 302, 404, 500, 502, 503, 504])
def test_any_answer_but_a_200_is_a_failed_request(blue: FakeEnvironment, status: int) -> None:
    blue.status, blue.body = status, b""
    assert TrafficClient(NAME, FakeDns(blue), clock=FakeClock()).request() == Request(
        1000.0, "shop-prod/v1", f"status {status}"
    )


def test_a_refused_connection_is_a_failed_request(blue: FakeEnvironment) -> None:
    with serving(FakeEnvironment()) as gone:
        port = gone.port
    request = TrafficClient(NAME, lambda _: DnsAnswer("127.0.0.1", port, 60)).request()
    assert request.failure
    assert request.answered_by is None


def test_a_connection_cut_before_the_answer_is_a_failed_request_and_is_not_tried_again(blue: FakeEnvironment) -> None:
    def cut() -> None:
        raise ConnectionAbortedError

    blue.before_answering = cut
    assert TrafficClient(NAME, FakeDns(blue)).request().failure
    assert len(blue.requests) == 1


def test_an_answer_cut_short_is_a_failed_request(blue: FakeEnvironment) -> None:
    class Short(bytes):
        def __len__(self) -> int:
            return 100

    blue.body = Short(b"Wel")
    assert "IncompleteRead" in str(TrafficClient(NAME, FakeDns(blue)).request().failure)


def test_no_answer_within_the_timeout_is_a_failed_request(
    blue: FakeEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rehearsal.traffic.CLIENT_TIMEOUT_SECONDS", 0.1)
    over = threading.Event()
    blue.before_answering = lambda: over.wait(5)
    request = TrafficClient(NAME, FakeDns(blue)).request()
    over.set()
    assert request.failure == "timed out"


def test_a_slow_answer_after_the_timeout_is_a_failed_request(blue: FakeEnvironment) -> None:
    clock = FakeClock()

    def dawdle() -> None:
        clock.now += CLIENT_TIMEOUT_SECONDS + 0.5

    blue.before_answering = dawdle
    assert (
        TrafficClient(NAME, FakeDns(blue), clock=clock).request().failure
        == f"took {CLIENT_TIMEOUT_SECONDS + 0.5:.1f} s"
    )


def test_an_answer_without_the_environments_name_is_a_failed_request(blue: FakeEnvironment) -> None:
    blue.answered_by = None
    assert "expected the header X-Answered-By in the answer, found none" in str(
        TrafficClient(NAME, FakeDns(blue)).request().failure
    )


def test_a_name_without_a_dns_answer_is_a_failed_request() -> None:
    def nowhere(name: str) -> DnsAnswer:
        raise NameNotResolvedError(f"no DNS answer for {name}")

    assert TrafficClient(NAME, nowhere, clock=FakeClock()).request() == Request(
        1000.0, failure=f"no DNS answer for {NAME}"
    )


def test_an_error_of_any_other_kind_is_a_failed_request() -> None:
    def broken(_name: str) -> DnsAnswer:
        raise KeyError("port")

    assert TrafficClient(NAME, broken).request().failure


def test_each_request_has_a_connection_of_its_own(blue: FakeEnvironment) -> None:
    client = TrafficClient(NAME, FakeDns(blue))
    for _ in range(3):
        client.request()
    assert blue.connections == 3


def test_traffic_sends_about_the_requested_number_of_requests_a_second(blue: FakeEnvironment) -> None:
    with Traffic(NAME, FakeDns(blue), clients=5, requests_per_second=50) as traffic:
        until(lambda: len(traffic.requests) >= 50, "enough requests", 10, poll_seconds=0.01)
    asked = sorted(request.at for request in traffic.requests)
    assert 12 <= 49 / (asked[49] - asked[0]) <= 60


def test_the_clients_leave_a_moved_name_one_after_the_other(blue: FakeEnvironment, green: FakeEnvironment) -> None:
    dns = FakeDns(blue, ttl=1.0)
    with Traffic(NAME, dns, clients=5, requests_per_second=100) as traffic:
        until(lambda: dns.look_ups == 5, "enough requests", 10, poll_seconds=0.01)
        dns.environment = green
        until(
            lambda: {request.answered_by for request in traffic.requests[-10:]} == {"shop-prod-green/v1"},
            "enough requests",
            10,
            poll_seconds=0.01,
        )
    by_green = [request.at for request in traffic.requests if request.answered_by == "shop-prod-green/v1"]
    by_blue = [request.at for request in traffic.requests if request.answered_by == "shop-prod/v1"]
    assert max(by_blue) - min(by_green) > 0.4
    assert not failed_requests(traffic.requests)


def test_traffic_without_an_end_keeps_its_latest_requests_only(blue: FakeEnvironment) -> None:
    with Traffic(NAME, FakeDns(blue), clients=2, requests_per_second=400, kept=5) as traffic:
        until(lambda: len(blue.requests) > 20, "enough requests", 10, poll_seconds=0.01)

    assert 5 <= len(traffic.requests) <= 11


def test_stopped_traffic_sends_no_more_requests(blue: FakeEnvironment) -> None:
    with Traffic(NAME, FakeDns(blue), clients=3, requests_per_second=100) as traffic:
        until(lambda: len(traffic.requests) >= 3, "enough requests", 10, poll_seconds=0.01)
    asked = len(blue.requests)
    assert asked == len(traffic.requests)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("traffic-")]


def test_traffic_that_never_started_can_be_stopped(blue: FakeEnvironment) -> None:
    Traffic(NAME, FakeDns(blue)).stop()
    assert not blue.requests


def test_answers_are_counted_without_the_failed_requests() -> None:
    requests = [Request(1, "a/1"), Request(2, "a/1", "status 500"), Request(3, "b/1"), Request(4, failure="refused")]
    assert count_answers(requests) == {"a/1": 1, "b/1": 1}
    assert failed_requests(requests) == [requests[1], requests[3]]
