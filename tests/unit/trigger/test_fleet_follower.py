"""The image tells what is known of each release of a fleet."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from trigger.command_line import main
from trigger.fleet_commands import FleetCommands
from trigger.fleet_executions import FleetExecutions, counted, numbers
from trigger.fleet_follower import FleetFollower
from trigger.output import Output
from trigger.variables import Variables

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:BeanstalkBlueGreen-dev-fleet"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:BeanstalkBlueGreen-dev-fleet:spring"
RELEASES = [
    {"number": 1, "wave": 1, "state": "released", "request": {"application": "shop", "blue": "a"}},
    {"number": 2, "wave": 2, "state": "failed", "request": {"application": "shop", "blue": "b"}, "reason": "Bad: no"},
    {"number": 3, "wave": 2, "request": {"application": "shop", "blue": "c"}},
    {"number": 4, "wave": 2, "request": {"application": "shop", "blue": "d"}},
]
FLEET = {"digest": "d1", "releases": RELEASES}


class FakeStates:
    """Step Functions with one fleet, whose third release runs."""

    def get_paginator(self, name: str) -> "FakeStates":
        self._asked = name
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if self._asked == "list_executions":
            assert asked["stateMachineArn"] == MACHINE.removesuffix("-fleet")
            names = ["fleet-d1-3-c-1", "fleet-d2-4-d-1", "another"]
            yield {"executions": [{"name": name, "executionArn": f"arn:{name}"} for name in names]}
        else:
            exited = {"name": "JudgeGroup", "output": json.dumps({"fleet": FLEET})}
            yield {
                "events": [
                    {"id": 9, "type": "TaskScheduled"},
                    {"id": 8, "stateExitedEventDetails": exited, "type": "TaskStateExited"},
                ]
            }


def test_each_release_has_a_line_with_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    states: Any = FakeStates()
    follower = FleetFollower(FleetExecutions(states, MACHINE, {}), Output(as_json=True))
    follower.write_releases(EXECUTION)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["name"], line["state"]) for line in lines] == [
        ("shop/a", "released"),
        ("shop/b", "failed"),
        ("shop/c", "running"),
        ("shop/d", "left"),
    ]
    assert lines[1]["text"] == "shop/b failed: Bad: no"
    assert lines[2]["execution"] == "arn:fleet-d1-3-c-1"


def test_only_states_that_count_tell_of_the_fleet() -> None:
    assert numbers(FLEET) == {"released": 1, "failed": 1, "left": 2, "unchanged": 0}
    assert counted({"stateExitedEventDetails": {"name": "NotifyWave", "output": "{}"}}) is None
    refused = {"name": "PlanFleet", "output": json.dumps({"fleet": {"next_step": "planned"}})}
    assert counted({"stateExitedEventDetails": refused}) is None


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"BEANSTALK_APP_NAME": "shop"}, {"environments": [{"application": "shop"}]}),
        ({"BLUE_ENV_NAME": "*-prod"}, {"environments": [{"name": "*-prod"}]}),
        ({"EXECUTION_INPUT": '{"releases": [{}]}', "BEANSTALK_APP_NAME": "shop"}, {"releases": [{}]}),
        (
            {"BEANSTALK_APP_NAME": "shop", "VERSION_LABEL": "v2"},
            {"environments": [{"application": "shop"}], "version": "v2"},
        ),
    ],
)
def test_variables_select_environments_unless_the_input_does(variables: dict[str, str], expected: Any) -> None:
    read = Variables(variables)
    assert read.fleet_input(starts=True, dry_run=False) == expected
    assert read.problems == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({}, "neither `releases` nor `environments`"),
        ({"EXECUTION_INPUT": "["}, "is not a JSON object"),
        ({"EXECUTION_INPUT": '{"version": "v1", "releases": []}', "VERSION_LABEL": "v2"}, "gives version"),
    ],
)
def test_variables_that_start_no_fleet_are_refused(variables: dict[str, str], problem: str) -> None:
    read = Variables(variables)
    read.fleet_input(starts=True, dry_run=False)
    assert any(problem in each for each in read.problems), read.problems


def test_no_variable_is_needed_to_act_on_a_fleet() -> None:
    read = Variables({})
    read.fleet_input(starts=False, dry_run=False)
    assert read.problems == []


@pytest.mark.parametrize("machine", [MACHINE, MACHINE.removesuffix("-fleet")])
def test_the_machine_of_fleets_has_the_name_of_the_stack_and_a_suffix(machine: str) -> None:
    commands = FleetCommands(argparse.Namespace(action="status", command="fleet"), Output(as_json=True))
    session: Any = argparse.Namespace(client=lambda *_, **__: None)
    commands._connect(session, Variables({}), machine, {})
    assert commands._executions._machine == MACHINE


def test_an_action_needs_the_command_fleet(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["full", "abort"], {})
    assert "unrecognized arguments: abort" in capsys.readouterr().err
