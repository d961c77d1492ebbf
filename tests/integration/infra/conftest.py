"""The stack, synthesized once in a session, as a template and as the definition of its state machine."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack
from tests.support.contexts import REPOSITORY_PIPELINE, UPLOAD_PIPELINE, settings_in
from tests.support.template import CONTEXT, FAILURE_BRANCH, Json, all_states, definition_in


@pytest.fixture(scope="session")
def synthesize() -> Callable[..., Template]:
    """Return the template of a stack named `Test` with these values in its context. Each is made once."""
    found: dict[str, Template] = {}

    def synthesized(**context: Any) -> Template:
        key = json.dumps(context, sort_keys=True)
        if key not in found:
            found[key] = Template.from_stack(BlueGreenStack(App(context=CONTEXT), "Test", settings_in(context)))
        return found[key]

    return synthesized


@pytest.fixture(scope="session")
def template(synthesize: Callable[..., Template]) -> Template:
    return synthesize()


@pytest.fixture(scope="session")
def definition(template: Template) -> Json:
    return definition_in(template)


@pytest.fixture(scope="session")
def fleets(template: Template) -> Json:
    """Return the definition of the state machine of fleets."""
    return definition_in(template, fleets=True)


@pytest.fixture(scope="session")
def tasks(definition: Json) -> dict[str, Json]:
    return {name: state for name, state in all_states(definition).items() if state["Type"] == "Task"}


@pytest.fixture(scope="session")
def acting(definition: Json) -> dict[str, Json]:
    """Return the states of the machine itself that may fail: all but those that only decide or end."""
    return {name: state for name, state in definition["States"].items() if state["Type"] in ("Task", "Map", "Parallel")}


@pytest.fixture(scope="session")
def stages(tasks: dict[str, Json]) -> dict[str, Json]:
    """Return the tasks that call a stage of the release."""
    others = FAILURE_BRANCH | {"AwaitApproval", "TellApprovers", "WatchApproval"}
    return {name: task for name, task in tasks.items() if name not in others}


@pytest.fixture(scope="session")
def invocations(tasks: dict[str, Json]) -> dict[str, Json]:
    """Return the tasks that call a Lambda function."""
    return {name: task for name, task in tasks.items() if "FunctionName" in task["Arguments"]}


@pytest.fixture(scope="session")
def uploaded(synthesize: Callable[..., Template]) -> Template:
    return synthesize(**UPLOAD_PIPELINE)


@pytest.fixture(scope="session")
def committed(synthesize: Callable[..., Template]) -> Template:
    return synthesize(**REPOSITORY_PIPELINE)
