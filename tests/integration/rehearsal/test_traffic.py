"""The users: strict judges, with DNS caches as in life."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from rehearsal.traffic import (
    PATIENCE_SECONDS,
    DnsAnswer,
    NameNotResolvedError,
    Request,
    Traffic,
    User,
    answers,
    failures,
)
from tests.support.site import NAME, Dns, Site, serving


@pytest.fixture
def blue() -> Iterator[Site]:
    with serving(Site(answered_by="shop-prod/v1")) as site:
        yield site


@pytest.fixture
def green() -> Iterator[Site]:
    with serving(Site(answered_by="shop-prod-green/v1")) as site:
        yield site


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 10 s"
        threading.Event().wait(0.01)


def test_a_user_notes_who_answered_and_when(blue: Site) -> None:
    assert User(NAME, Dns(blue), clock=Watch()).ask() == Request(1000.0, "shop-prod/v1")


def test_a_user_asks_for_the_name_and_not_for_the_address(blue: Site) -> None:
    User(NAME, Dns(blue)).ask()
    assert blue.asked == [(NAME, "/")]


def test_a_user_keeps_a_dns_answer_for_its_ttl_though_the_name_has_moved(blue: Site, green: Site) -> None:
    watch, dns = Watch(), Dns(blue, ttl=60)
    user = User(NAME, dns, clock=watch)
    user.ask()
    dns.site = green
    watch.now += 59.9
    assert user.ask().answered_by == "shop-prod/v1"


def test_a_user_looks_the_name_up_again_when_the_ttl_is_over(blue: Site, green: Site) -> None:
    watch, dns = Watch(), Dns(blue, ttl=60)
    user = User(NAME, dns, clock=watch)
    user.ask()
    dns.site = green
    watch.now += 60
    assert user.ask().answered_by == "shop-prod-green/v1"


def test_only_the_first_answer_of_a_user_has_an_age(blue: Site) -> None:
    watch, dns = Watch(), Dns(blue, ttl=60)
    user = User(NAME, dns, age=0.75, clock=watch)
    looked_up = []
    for _ in range(80):
        user.ask()
        looked_up.append(dns.look_ups)
        watch.now += 1
    assert looked_up == [1] * 15 + [2] * 60 + [3] * 5


@pytest.mark.parametrize("status", [204, 302, 404, 500, 502, 503, 504])
def test_any_answer_but_a_200_is_a_failed_request(blue: Site, status: int) -> None:
    blue.status, blue.body = status, b""
    assert User(NAME, Dns(blue), clock=Watch()).ask() == Request(1000.0, "shop-prod/v1", f"status {status}")


def test_a_refused_connection_is_a_failed_request(blue: Site) -> None:
    with serving(Site()) as gone:
        port = gone.port
    request = User(NAME, lambda _: DnsAnswer("127.0.0.1", port, 60)).ask()
    assert request.failure
    assert request.answered_by is None


def test_a_connection_cut_before_the_answer_is_a_failed_request_and_is_not_tried_again(blue: Site) -> None:
    def cut() -> None:
        raise ConnectionAbortedError

    blue.before_answering = cut
    assert User(NAME, Dns(blue)).ask().failure
    assert len(blue.asked) == 1


def test_an_answer_cut_short_is_a_failed_request(blue: Site) -> None:
    class Short(bytes):
        def __len__(self) -> int:
            return 100

    blue.body = Short(b"Wel")
    assert "IncompleteRead" in str(User(NAME, Dns(blue)).ask().failure)


def test_silence_beyond_a_users_patience_is_a_failed_request(blue: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.traffic.PATIENCE_SECONDS", 0.1)
    over = threading.Event()
    blue.before_answering = lambda: over.wait(5)
    request = User(NAME, Dns(blue)).ask()
    over.set()
    assert request.failure == "timed out"


def test_an_answer_that_trickles_in_too_late_is_a_failed_request(blue: Site) -> None:
    watch = Watch()

    def dawdle() -> None:
        watch.now += PATIENCE_SECONDS + 0.5

    blue.before_answering = dawdle
    assert User(NAME, Dns(blue), clock=watch).ask().failure == f"took {PATIENCE_SECONDS + 0.5:.1f} s"


def test_an_answer_from_a_stranger_is_a_failed_request(blue: Site) -> None:
    blue.answered_by = None
    assert "does not say who gave it" in str(User(NAME, Dns(blue)).ask().failure)


def test_a_name_without_a_dns_answer_is_a_failed_request() -> None:
    def nowhere(name: str) -> DnsAnswer:
        raise NameNotResolvedError(f"no DNS answer for {name}")

    assert User(NAME, nowhere, clock=Watch()).ask() == Request(1000.0, failure=f"no DNS answer for {NAME}")


def test_a_fault_of_any_other_kind_counts_as_a_failed_request_and_not_as_silence() -> None:
    def broken(_name: str) -> DnsAnswer:
        raise KeyError("port")

    assert User(NAME, broken).ask().failure


def test_each_request_has_a_connection_of_its_own(blue: Site) -> None:
    user = User(NAME, Dns(blue))
    for _ in range(3):
        user.ask()
    assert blue.connections == 3


def test_traffic_makes_about_as_many_requests_a_second_as_it_was_told(blue: Site) -> None:
    with Traffic(NAME, Dns(blue), users=5, requests_per_second=50) as traffic:
        until(lambda: len(traffic.requests) >= 50)
    asked = sorted(request.at for request in traffic.requests)
    assert 12 <= 49 / (asked[49] - asked[0]) <= 60


def test_the_users_of_a_traffic_leave_a_moved_name_one_after_the_other(blue: Site, green: Site) -> None:
    dns = Dns(blue, ttl=1.0)
    with Traffic(NAME, dns, users=5, requests_per_second=100) as traffic:
        until(lambda: dns.look_ups == 5)
        dns.site = green
        until(lambda: {request.answered_by for request in traffic.requests[-10:]} == {"shop-prod-green/v1"})
    by_green = [request.at for request in traffic.requests if request.answered_by == "shop-prod-green/v1"]
    by_blue = [request.at for request in traffic.requests if request.answered_by == "shop-prod/v1"]
    assert max(by_blue) - min(by_green) > 0.4
    assert not failures(traffic.requests)


def test_stopped_traffic_asks_no_more(blue: Site) -> None:
    with Traffic(NAME, Dns(blue), users=3, requests_per_second=100) as traffic:
        until(lambda: len(traffic.requests) >= 3)
    asked = len(blue.asked)
    assert asked == len(traffic.requests)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("user-")]


def test_traffic_that_never_started_can_be_stopped(blue: Site) -> None:
    Traffic(NAME, Dns(blue)).stop()
    assert not blue.asked


def test_answers_are_counted_without_the_failed_requests() -> None:
    requests = [Request(1, "a/1"), Request(2, "a/1", "status 500"), Request(3, "b/1"), Request(4, failure="refused")]
    assert answers(requests) == {"a/1": 1, "b/1": 1}
    assert failures(requests) == [requests[1], requests[3]]
