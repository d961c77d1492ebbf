"""The control API's routes, and the bodies that it refuses."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.hosting.answer_counts import AnswerCounts
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.hosting.impairments import Impairments
from emulator.beanstalk.stale_reads import StaleReads
from emulator.beanstalk.switches import Switches
from emulator.clock import Clock
from emulator.control import ControlApi
from emulator.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder, PermissionRequest
from emulator.in_memory.account import InMemoryAccount
from emulator.messages import PublishedMessages
from emulator.ministack.lambda_invocations import InvocationCounter

IDENTITY = {"region": "us-east-1", "account_id": "123456789012", "proxy": "http://127.0.0.1:1"}


class FakeDurations:
    def as_dict(self) -> dict[str, float]:
        return {"launch": 240.0}

    def set(self, _: Any) -> None:
        raise ValueError("no duration is called lunch")


def fake_resolve(name: str) -> Any:
    if name != "shop.example":
        return None
    return SimpleNamespace(name=name, address="127.0.0.1", port=80, ttl=60, public_address="198.18.0.1")


@pytest.fixture
def permissions() -> PermissionRecorder:
    return PermissionRecorder()


@pytest.fixture
def stale_reads() -> StaleReads:
    return InMemoryAccount().service.stale_reads


@pytest.fixture
def control(permissions: PermissionRecorder, stale_reads: StaleReads) -> ControlApi:
    beanstalk = SimpleNamespace(
        calls={"DescribeEvents": 2},
        throttled={"DescribeEvents": 1},
        durations=FakeDurations(),
        stale_reads=stale_reads,
        switches=Switches(),
        logs=lambda name: {"i-1": {"engine": [f"{name} failed"], "application": []}},
    )
    return ControlApi(
        clock=Clock(scale=0.1, origin=1_000.0),
        beanstalk=cast(ElasticBeanstalk, beanstalk),
        resolve=fake_resolve,
        capacities=Capacities(),
        impairments=Impairments(lambda: 1_000.0),
        invocations=InvocationCounter(),
        faults=FaultInjector(),
        permissions=permissions,
        traffic=AnswerCounts(),
        messages=PublishedMessages(lambda: 1_000.0),
        identity=IDENTITY,
    )


def put(control: ControlApi, path: str, document: Any) -> tuple[int, Any]:
    return control.handle("PUT", path, "", json.dumps(document).encode())


def test_the_description_has_the_clock_the_identity_and_the_counts(control: ControlApi) -> None:
    assert control.handle("GET", "/_account", "", b"") == (
        200,
        {
            "scale": 0.1,
            "origin": 1_000.0,
            **IDENTITY,
            "beanstalk": {
                "calls": {"DescribeEvents": 2},
                "throttled": {"DescribeEvents": 1},
                "durations": {"launch": 240.0},
            },
            "lambda": {"invocations": 0, "billed_ms": 0, "running": {}, "functions": {}},
        },
    )


def test_the_capacity_of_instances_is_set_for_all_environments_and_for_single_ones(control: ControlApi) -> None:
    unlimited = {"requests_per_second": None, "concurrent_requests": None}
    assert control.handle("GET", "/_account/capacity", "", b"") == (200, unlimited | {"environments": {}})

    given = {"concurrent_requests": 4, "environments": {"shop-prod": {"requests_per_second": 2.5}}}
    answer = put(control, "/_account/capacity", given)

    shop = unlimited | {"requests_per_second": 2.5}
    assert answer == (200, unlimited | {"concurrent_requests": 4, "environments": {"shop-prod": shop}})
    assert control.handle("GET", "/_account/capacity", "", b"") == answer


@pytest.mark.parametrize(
    ("capacity", "reason"),
    [
        ([], "Capacities must be an object"),
        ({"requests": 1}, "A capacity must be an object of requests_per_second and concurrent_requests"),
        ({"requests_per_second": 0}, "requests_per_second must be a number above 0, or null for no limit, and is 0"),
        ({"environments": {"shop-prod": {"concurrent_requests": "many"}}}, "concurrent_requests must be a number"),
        ({"environments": ["shop-prod"]}, "`environments` must be an object by environment name"),
    ],
)
def test_a_capacity_that_is_not_valid_is_refused(control: ControlApi, capacity: Any, reason: str) -> None:
    status, document = put(control, "/_account/capacity", capacity)

    assert status == 400
    assert reason in document["error"]


def test_impairments_are_set_for_single_environments(control: ControlApi) -> None:
    given = {"e-abc": {"status": 500, "for_seconds": 90}, "shop-prod": {"warning": True}}

    answer = put(control, "/_account/impairments", given)

    ill = {"status": 500, "warning": False, "for_seconds": 90}
    warned = {"status": None, "warning": True, "for_seconds": None}
    assert answer == (200, {"e-abc": ill, "shop-prod": warned})
    assert control.handle("GET", "/_account/impairments", "", b"") == answer


@pytest.mark.parametrize(
    ("impairments", "reason"),
    [
        ([], "Impairments must be an object by environment"),
        ({"shop-prod": {"ill": True}}, "An impairment must be an object of status, warning, for_seconds"),
        ({"shop-prod": {"status": 200}}, "status must be an HTTP error from 400 to 599, and is 200"),
        ({"shop-prod": {"warning": 1}}, "warning must be true or false, and is 1"),
        ({"shop-prod": {"for_seconds": 0}}, "for_seconds must be account seconds, more than 0, and is 0"),
    ],
)
def test_an_impairment_that_is_not_valid_is_refused(control: ControlApi, impairments: Any, reason: str) -> None:
    status, document = put(control, "/_account/impairments", impairments)

    assert status == 400
    assert reason in document["error"]


def test_a_name_resolves_with_its_ttl_in_real_seconds(control: ControlApi) -> None:
    where = {"address": "127.0.0.1", "port": 80, "public_address": "198.18.0.1"}
    answer = {"name": "shop.example", **where, "ttl": 6.0}
    assert control.handle("GET", "/_account/resolve", "name=shop.example", b"") == (200, answer)


@pytest.mark.parametrize("query", ["name=other.example", ""])
def test_a_name_without_an_environment_is_not_found(control: ControlApi, query: str) -> None:
    assert control.handle("GET", "/_account/resolve", query, b"")[0] == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/_account/elsewhere"), ("DELETE", "/_account")])
def test_an_unknown_route_is_not_found(control: ControlApi, method: str, path: str) -> None:
    assert control.handle(method, path, "", b"") == (404, {"error": f"The control API has no {method} {path}."})


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/_account/durations", "Expected a JSON object of durations in seconds: no duration is called lunch"),
        ("/_account/faults", "These faults are not valid: Expected"),
        ("/_account/stale-reads", "Expected a JSON object of `seconds`"),
        ("/_account/switches", "Expected a JSON object of switches: There is no switch lunch"),
        ("/_account/denials", "These denials are not valid: Expected"),
    ],
)
def test_a_body_that_is_not_valid_is_refused_with_the_reason(control: ControlApi, path: str, reason: str) -> None:
    status, answer = put(control, path, {"lunch": 1})
    assert status == 400
    assert answer["error"].startswith(reason)


def test_a_single_fault_is_added_and_removed(control: ControlApi) -> None:
    first = {"kind": "throttle", "service": "s3", "call": 1}
    second = {"kind": "error_before", "service": "sns", "call": 1}
    put(control, "/_account/faults", [first])

    added = control.handle("POST", "/_account/faults", "", json.dumps(second).encode())

    assert added == (200, [{**first, "struck": 0}, {**second, "struck": 0}])
    assert control.handle("DELETE", "/_account/faults", "", json.dumps(first).encode())[1] == [{**second, "struck": 0}]
    assert control.handle("POST", "/_account/faults", "", b"{}")[0] == 400


def test_traffic_and_messages_are_told(control: ControlApi) -> None:
    assert control.handle("GET", "/_account/traffic", "", b"")[1]["servers"] == []
    assert control.handle("GET", "/_account/messages", "", b"") == (200, [])


def test_new_faults_replace_those_before(control: ControlApi) -> None:
    first, second = ({"kind": "throttle", "service": service, "call": 1} for service in ("s3", "sns"))
    put(control, "/_account/faults", [first])
    assert put(control, "/_account/faults", [second]) == (200, [{**second, "struck": 0}])
    assert control.handle("GET", "/_account/faults", "", b"") == (200, [{**second, "struck": 0}])


def test_new_denials_replace_those_before(control: ControlApi, permissions: PermissionRecorder) -> None:
    denial = {"action": "s3:GetObject", "function": "plan"}
    put(control, "/_account/denials", [{"action": "s3:PutObject", "role": "release"}])
    assert put(control, "/_account/denials", [denial]) == (200, [denial])
    assert permissions.denies("release", "plan", "s3:getobject")
    assert not permissions.denies("release", "plan", "s3:PutObject")


def test_permissions_are_reported_by_role_with_counts(control: ControlApi, permissions: PermissionRecorder) -> None:
    for _ in range(2):
        permissions.record(PermissionRequest("release", "s3:GetObject", "*", allowed=True))
    expected = {"release": [{"action": "s3:GetObject", "resource": "*", "allowed": True, "count": 2}]}
    assert control.handle("GET", "/_account/permissions", "", b"") == (200, expected)


def test_stale_reads_are_switched_on_and_off(control: ControlApi, stale_reads: StaleReads) -> None:
    assert put(control, "/_account/stale-reads", {"seconds": 30, "seed": 7}) == (200, {"seconds": 30})
    assert stale_reads.as_dict() == {"seconds": 30}
    assert put(control, "/_account/stale-reads", {"seconds": 0}) == (200, {"seconds": 0})


def test_a_fault_with_an_age_makes_the_service_keep_its_past(control: ControlApi, stale_reads: StaleReads) -> None:
    put(control, "/_account/faults", [{"kind": "stale", "service": "elasticbeanstalk", "call": 1, "age": 20}])
    assert stale_reads.kept_seconds == 20
    put(control, "/_account/faults", [])
    assert stale_reads.kept_seconds == 0


def test_switches_are_changed_by_name(control: ControlApi) -> None:
    changed = {"failed_launch": "terminated", "launched_health": "ok", "label_during_update": "new"} | {
        "outside_dates": "account"
    }
    assert put(control, "/_account/switches", {"failed_launch": "terminated"}) == (200, changed)
    assert put(control, "/_account/switches", {"failed_launch": "sometimes"})[0] == 400
    assert control.handle("GET", "/_account/switches", "", b"") == (200, changed)


def test_the_logs_of_an_environment_are_listed_by_instance(control: ControlApi) -> None:
    logs = {"i-1": {"engine": ["shop-prod failed"], "application": []}}
    assert control.handle("GET", "/_account/logs", "environment=shop-prod", b"") == (200, logs)
