"""Several processes behind a load balancer, and what each of them can take."""

import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from emulator.beanstalk.hosting import request_gate
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand
from emulator.beanstalk.hosting.impairments import Impairments
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.process_hosting import ProcessHosting
from tests.support import source_bundles
from tests.support.beanstalk import until

SERVER = """
import http.server, os, time

class Release(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        act, _, value = self.path.partition("=")
        if act == "/until":
            while not os.path.exists(value):
                time.sleep(0.01)
        elif value:
            time.sleep(float(value))
        body = os.environ["NAME"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Release).serve_forever()
"""
"""Answers its name, after as many seconds as the path says, or once a file exists: /wait=0.5, /until=/tmp/go."""


class RunningShop:
    """Three instances of `shop-prod`, which answer their names: one, two and three."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[tuple[str | None, int]] = []
        self.capacities = Capacities()
        self.impairments = Impairments(time.time)
        packages = PackageCache(folder / "packages", {"PATH": os.environ["PATH"]})
        self.hosting = ProcessHosting(
            "shop-prod",
            folder / "home",
            packages,
            lambda: self.capacities.of("shop-prod"),
            lambda: self.impairments.of("shop-prod", "e-1"),
            answered=lambda version, status: self.answers.append((version, status)),
        )
        self.hosting.open()
        bundle = source_bundles.packed({"Procfile": "web: exec python server.py\n", "server.py": SERVER})
        self.instances = {name: self.hosting.launch(f"i-{name}") for name in ("one", "two", "three")}
        for name, instance in self.instances.items():
            instance.deploy("v1", bundle, DeploymentCommand({"NAME": name}))
        answering = [partial(instance.probe, "/") for instance in self.instances.values()]
        until(lambda: all(probe() == 200 for probe in answering), lambda: "applications that answer")

    def serve_by(self, *names: str) -> None:
        """Put these instances in service, and the others out."""
        for name, instance in self.instances.items():
            instance.in_service = name in names

    def get(self, path: str = "/") -> tuple[int, str]:
        """Return the status and the name of the instance that a user gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hosting.port or 0, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get_alone(self) -> str:
        """Return the name of the instance that a user gets when nobody else sends requests."""
        until(lambda: not busy(self), lambda: "the end of all requests")
        return self.get()[1]

    def get_many(
        self, number: int, path: str, go_on: Callable[[list[tuple[int, str]]], bool] = lambda _: True
    ) -> list[tuple[int, str]]:
        """Return what so many users get at the same time.

        `go_on` is asked, with the answers so far, until it returns True; requests may wait for what it does.
        """
        answers: list[tuple[int, str]] = []
        threads = [threading.Thread(target=lambda: answers.append(self.get(path))) for _ in range(number)]
        for thread in threads:
            thread.start()
        until(lambda: go_on(answers), lambda: f"more than these answers: {answers}")
        for thread in threads:
            thread.join()
        return answers


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    shop = RunningShop(tmp_path_factory.mktemp("shop"))
    yield shop
    shop.hosting.close()


@pytest.fixture
def shop(running: RunningShop) -> Iterator[RunningShop]:
    """Return the shop with all instances in service, without limits and without requests."""
    running.serve_by("one", "two", "three")
    until(lambda: not busy(running), lambda: "the end of all requests")
    yield running
    running.capacities.set({})
    running.impairments.set({})
    running.hosting.send_share((), 0)


def test_requests_go_to_all_instances_in_service_in_turn(shop: RunningShop) -> None:
    assert Counter(shop.get_alone() for _ in range(9)) == {"one": 3, "two": 3, "three": 3}

    shop.serve_by("one", "three")
    assert Counter(shop.get_alone() for _ in range(8)) == {"one": 4, "three": 4}


def test_a_request_goes_to_the_instance_with_the_fewest_requests(shop: RunningShop, tmp_path: Path) -> None:
    go = tmp_path / "go"
    slow = threading.Thread(target=shop.get, args=(f"/until={go}",))
    slow.start()
    until(lambda: busy(shop), lambda: "a slow request")
    [occupied] = busy(shop)

    for _ in range(6):
        assert shop.get()[1] != occupied
        until(lambda: busy(shop) == [occupied], lambda: "the end of the quick request")
    go.touch()
    slow.join()


def test_a_share_of_the_requests_goes_to_chosen_instances(shop: RunningShop) -> None:
    shop.hosting.send_share([shop.instances["one"]], 100)
    assert {shop.get()[1] for _ in range(5)} == {"one"}

    shop.hosting.send_share([shop.instances["one"]], 0.0001)
    assert "one" not in {shop.get()[1] for _ in range(5)}


def test_an_instance_beyond_its_requests_a_second_is_slow_and_then_answers_503(shop: RunningShop) -> None:
    shop.serve_by("one")
    shop.capacities.set({"environments": {"shop-prod": {"requests_per_second": 20}}})
    began = time.monotonic()

    answers = shop.get_many(60, "/")

    # The first at once, one each 50 ms for the second that a request waits at most, the others refused.
    taken = [text for status, text in answers if status == 200]
    assert 20 <= len(taken) <= 2 + 20 * (time.monotonic() - began)
    assert all("over its capacity" in text for status, text in answers if status == 503)


def test_an_instance_takes_no_more_requests_at_once_than_its_capacity(
    shop: RunningShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.serve_by("one")
    shop.capacities.set({"concurrent_requests": 2})

    monkeypatch.setattr(request_gate, "QUEUE_SECONDS", 30)
    waiting = shop.get_many(4, "/wait=0.1")
    assert [status for status, _ in waiting] == [200] * 4

    monkeypatch.setattr(request_gate, "QUEUE_SECONDS", 0.1)
    answers = shop.get_many(4, f"/until={tmp_path / 'go'}", lambda refused: release(tmp_path, len(refused) == 2))
    assert Counter(status for status, _ in answers) == {200: 2, 503: 2}


def test_more_instances_take_more_requests(shop: RunningShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.capacities.set({"concurrent_requests": 2})
    monkeypatch.setattr(request_gate, "QUEUE_SECONDS", 0.1)

    def all_taken(_answers: object) -> bool:
        return release(tmp_path, [each.gate.outstanding for each in shop.instances.values()] == [2, 2, 2])

    answers = shop.get_many(6, f"/until={tmp_path / 'go'}", all_taken)

    assert Counter(answers) == {(200, "one"): 2, (200, "two"): 2, (200, "three"): 2}


def test_an_ended_instance_gets_no_requests(running: RunningShop) -> None:
    extra = running.hosting.launch("i-extra")
    running.serve_by("one")
    before = running.hosting.requests_received()

    running.hosting.end(extra)

    assert not extra.running()
    assert running.get() == (200, "one")
    assert running.hosting.requests_received() == before + 1


def test_work_on_several_instances_is_done_at_the_same_time(shop: RunningShop) -> None:
    barrier = threading.Barrier(3, timeout=5)

    assert sorted(shop.hosting.together([barrier.wait] * 3)) == [0, 1, 2]


def busy(shop: RunningShop) -> list[str]:
    return [name for name, instance in shop.instances.items() if instance.gate.outstanding]


def release(folder: Path, when: bool) -> bool:
    """Answer the requests that wait for the file `go` of a folder, once this is true."""
    if when:
        (folder / "go").touch()
    return when


def test_impaired_instances_answer_an_error_to_users_and_to_health_checks(shop: RunningShop) -> None:
    one = shop.instances["one"]
    shop.impairments.set({"shop-prod": {"status": 500}})
    assert (shop.get()[0], one.probe("/"), shop.hosting.warns) == (500, 500, False)

    shop.impairments.set({"shop-prod": {"warning": True}})
    assert (shop.get()[0], one.probe("/"), shop.hosting.warns) == (200, 200, True)


def test_each_answer_is_told_with_the_version_and_the_status(shop: RunningShop) -> None:
    shop.serve_by("one")
    shop.answers.clear()
    shop.get()
    until(lambda: shop.answers, lambda: "an answer")
    shop.impairments.set({"shop-prod": {"status": 500}})
    shop.get()
    shop.capacities.set({"requests_per_second": 0.01})
    for _ in range(2):  # the first takes the turn of a hundred seconds
        shop.get()
    shop.serve_by()
    shop.get()

    assert shop.answers == [("v1", 200), ("v1", 500), ("v1", 500), ("v1", 503), (None, 503)]
