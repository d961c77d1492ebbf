"""The console's page, its API and its refusals. The calls of AWS are answered by a stand-in."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk import ElasticBeanstalk
from emulator.console import Console, ConsoleSettings, ViewContext
from emulator.console.static_files import FOLDER
from emulator.control import ControlApi

PAGE = {"host": "127.0.0.1:4566", "origin": "http://127.0.0.1:4566", "content-type": "application/json"}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:release"


class FakeStates:
    """Step Functions, which knows no execution but those that were started."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**fields: Any) -> dict[str, Any]:
            self.calls.append((name, fields))
            if name in ("start_execution", "stop_execution"):
                return {"executionArn": "arn:new"}
            raise ClientError({"Error": {"Code": "ExecutionNotRedrivable", "Message": "It runs."}}, name)

        return call


@pytest.fixture
def states() -> FakeStates:
    return FakeStates()


@pytest.fixture
def console(states: FakeStates) -> Console:
    nothing = SimpleNamespace(state=SimpleNamespace(own_bucket="bucket"))
    return Console(
        ViewContext(
            client=lambda _service: states,
            control=cast(ControlApi, nothing),
            beanstalk=cast(ElasticBeanstalk, nothing),
            settings=ConsoleSettings(),
        )
    )


def call(console: Console, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    status, _, answer = console.handle(method, f"/_console/{path}", query, PAGE, json.dumps(body or {}).encode())
    return status, json.loads(answer)


def test_the_page_loads_nothing_from_elsewhere_and_may_not_be_shown_in_another_page(console: Console) -> None:
    status, headers, page = console.handle("GET", "/_console/", "", PAGE, b"")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in headers
    assert b"<title>" in page


def test_no_file_of_the_page_names_another_host() -> None:
    """The name of a kind of drawing is no address that is loaded."""
    for file in FOLDER.rglob("*.*"):
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(\s*['\"]?//", text), file.name


def test_each_module_that_a_module_imports_is_there() -> None:
    for file in FOLDER.rglob("*.js"):
        for name in re.findall(r'from "([^"]+)"', file.read_text()):
            assert (file.parent / name).is_file(), f"{file.name} imports {name}"


@pytest.mark.parametrize(
    "path", ["missing.js", "../console.py", "..%2fconsole.py", "static/../../view.py", "views/", "views"]
)
def test_only_the_files_of_the_page_are_served(console: Console, path: str) -> None:
    assert call(console, "GET", path)[0] == 404


def test_the_page_has_one_address(console: Console) -> None:
    status, headers, _ = console.handle("GET", "/_console", "", PAGE, b"")
    assert (status, headers["Location"]) == (308, "/_console/")
    assert call(console, "POST", "index.html") == (405, {"error": "Expected GET. Found POST."})
    assert Console.answers("/_console")
    assert Console.answers("/_console/api/x")
    assert not Console.answers("/_consoles")


def test_foreign_requests_reach_neither_the_page_nor_its_api(console: Console, states: FakeStates) -> None:
    for path in ("/_console/", "/_console/api/execution/stop"):
        foreign = {**PAGE, "origin": "http://shop.example"}
        assert console.handle("POST", path, "", foreign, b'{"arn": "arn:1"}')[0] == 403
    plain = {**PAGE, "content-type": "text/plain"}
    assert console.handle("POST", "/_console/api/execution/stop", "", plain, b'{"arn": "arn:1"}')[0] == 403
    assert states.calls == []


def test_the_buttons_call_the_apis_of_aws(console: Console, states: FakeStates) -> None:
    started = call(console, "POST", "api/execution/start", {"machine": MACHINE, "name": "r1", "input": {"blue": "b"}})
    assert started == (200, {"arn": "arn:new"})
    assert call(console, "POST", "api/execution/stop", {"arn": "arn:new"}) == (200, {})
    assert states.calls == [
        ("start_execution", {"stateMachineArn": MACHINE, "name": "r1", "input": '{"blue": "b"}'}),
        ("stop_execution", {"executionArn": "arn:new", "error": "Stopped", "cause": "Stopped in the console."}),
    ]


def test_a_refusal_of_aws_reaches_the_page_in_its_words(console: Console) -> None:
    answer = call(console, "POST", "api/execution/redrive", {"arn": "arn:1"})
    assert answer == (400, {"error": "ExecutionNotRedrivable: It runs."})


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "execution/stop", {}, "Expected a text 'arn'. Found None."),
        ("GET", "execution", {"arn": ["x"]}, "Expected a text 'arn'. Found ['x']."),
        ("PUT", "settings", {"colours": {}}, "found 'colours'"),
        ("PUT", "settings", {"input_schemas": [1]}, "expected an object as input_schemas, found [1]"),
        ("PUT", "settings", [1], "Expected a JSON object. Found [1]."),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(console: Console, method: str, path: str, body: Any, words: str) -> None:
    status, answer = call(console, method, f"api/{path}", body)
    assert status == 400
    assert words in answer["error"]


def test_text_that_is_no_json_and_an_unknown_route_are_refused(console: Console) -> None:
    status, _, answer = console.handle("POST", "/_console/api/execution/stop", "", PAGE, b"{")
    assert status == 400
    assert b"Expected JSON" in answer
    assert call(console, "GET", "api/lunch") == (404, {"error": "The console has no GET lunch."})


def test_the_form_is_made_of_what_was_handed_over(console: Console) -> None:
    query = f"machine={MACHINE}"
    assert call(console, "GET", "api/execution/form", query=query)[1] == {"schema": None, "example": None}
    call(console, "PUT", "api/settings", {"input_schemas": {MACHINE: {"type": "object"}}})
    call(console, "PUT", "api/settings", {"input_schemas": {"other": {}}, "example_inputs": {MACHINE: {"blue": "b"}}})
    form = call(console, "GET", "api/execution/form", query=query)[1]
    assert form == {"schema": {"type": "object"}, "example": {"blue": "b"}}, "settings are added to those before"
