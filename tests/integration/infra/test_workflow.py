"""The state machine's edges, retries, catches and time-outs."""

import json
import re
from typing import Any

import pytest
from jsonata import Jsonata

from lambdas import errors
from lambdas.deployment import Mode, NextStep
from lambdas.request import SCHEMA
from tests.support.template import FUNCTION_ARN, Json

STORY = [
    "CloneBlue",
    "AwaitGreen",
    "SwapToGreen",
    "AwaitGreenLive",
    "DrainBlue",
    "DeployRelease",
    "AwaitRelease",
    "VerifyRelease",
    "HowFar",
    "SwapToBlue",
    "AwaitBlueLive",
    "WatchRelease",
    "TerminateGreen",
    "AwaitTermination",
    "Released",
]
BRANCH = {"KeepGreenLive", "NotifyFailure", "HoldForRedrive"}
"""The failure branch; its tasks are no stages."""


@pytest.fixture(scope="session")
def stages(tasks: dict[str, Json]) -> dict[str, Json]:
    """The tasks that a Lambda function does and that may fail a release."""
    return {name: task for name, task in tasks.items() if name not in BRANCH | {"AwaitApproval"}}


@pytest.fixture(scope="session")
def invocations(tasks: dict[str, Json]) -> dict[str, Json]:
    """The tasks that a Lambda function does."""
    return {name: task for name, task in tasks.items() if "FunctionName" in task["Arguments"]}


def choice(definition: Json, name: str) -> dict[str, str]:
    state = definition["States"][name]
    return {rule["Condition"]: rule["Next"] for rule in state["Choices"]} | {"default": state["Default"]}


def test_a_release_goes_through_all_stages_in_the_order_of_the_story(definition: Json) -> None:
    story = ["CloneBlue"]
    while following := definition["States"][story[-1]].get("Next", definition["States"][story[-1]].get("Default")):
        story.append(following)
    assert story == STORY


def test_no_edge_leads_nowhere_and_no_state_is_out_of_reach(definition: Json) -> None:
    targets = {definition["StartAt"]} | set(re.findall(r'"(?:Next|Default)": "([^"]+)"', json.dumps(definition)))
    assert targets == set(definition["States"])


def test_plan_comes_first_and_decides_where_to_start(definition: Json) -> None:
    assert definition["StartAt"] == "Plan"
    assert definition["States"]["Plan"]["Next"] == "WhereToStart"
    assert choice(definition, "WhereToStart") == {
        "{% $deployment.dry_run %}": "Planned",
        f"{{% $deployment.next_step = '{NextStep.NOTHING}' %}}": "Released",
        f"{{% $deployment.next_step = '{NextStep.FINISH}' %}}": "WatchRelease",
        f"{{% $deployment.next_step = '{NextStep.TEST}' %}}": "VerifyRelease",
        "{% $deployment.source_bundle != null %}": "RegisterRelease",
        "default": "GreenServes",
    }


def test_a_deployment_ends_after_the_test_and_a_person_is_asked_only_if_wanted(definition: Json) -> None:
    assert choice(definition, "HowFar") == {
        f"{{% $deployment.mode = '{Mode.DEPLOY}' %}}": "Deployed",
        "{% $deployment.approval %}": "AwaitApproval",
        "default": "SwapToBlue",
    }
    assert definition["States"]["AwaitApproval"]["Next"] == "SwapToBlue"


def test_a_bundle_is_registered_and_processed_before_anything_is_cloned(definition: Json) -> None:
    assert definition["States"]["RegisterRelease"]["Next"] == "AwaitRegistration"
    assert definition["States"]["AwaitRegistration"]["Next"] == "GreenServes"


def test_a_release_that_finds_green_live_only_sees_that_blue_is_drained_before_it_deploys(definition: Json) -> None:
    assert choice(definition, "GreenServes") == {
        f"{{% $deployment.next_step = '{NextStep.DEPLOY}' %}}": "DrainBlue",
        "default": "CloneBlue",
    }


def test_every_stage_hands_the_deployment_and_the_context_to_its_function(stages: dict[str, Json]) -> None:
    for name, task in stages.items():
        payload = task["Arguments"]["Payload"]
        assert payload["context"] == "{% $states.context %}", name
        assert payload.get("deployment") == (None if name == "Plan" else "{% $deployment %}"), name
        assert task["Assign"] == {"deployment": "{% $states.result.Payload %}"}, name


@pytest.mark.parametrize(
    ("state", "to"),
    [("SwapToGreen", "green"), ("AwaitGreenLive", "green"), ("SwapToBlue", "blue"), ("AwaitBlueLive", "blue")],
)
def test_a_swap_and_its_waiter_say_to_whom_traffic_goes(tasks: dict[str, Json], state: str, to: str) -> None:
    assert tasks[state]["Arguments"]["Payload"]["to"] == to


def test_one_state_has_one_function_and_one_name(invocations: dict[str, Json]) -> None:
    shared = {
        "SwapToGreen": "SwapTraffic",
        "SwapToBlue": "SwapTraffic",
        "AwaitGreenLive": "AwaitTraffic",
        "AwaitBlueLive": "AwaitTraffic",
    }
    for name, task in invocations.items():
        function = re.sub(r"[0-9A-F]{8}$", "", task["Arguments"]["FunctionName"].removeprefix(f"{FUNCTION_ARN}Stages"))
        assert function == shared.get(name, name)


def test_waiting_backs_off_to_half_a_minute_with_full_jitter_on_every_task(invocations: dict[str, Json]) -> None:
    for name, task in invocations.items():
        waiting = task["Retry"][0]
        assert waiting["ErrorEquals"] == [errors.EnvironmentNotReadyError.__name__], name
        assert (waiting["IntervalSeconds"], waiting["BackoffRate"], waiting["MaxDelaySeconds"]) == (5, 1.5, 30), name
        assert waiting["JitterStrategy"] == "FULL", name


def test_throttling_and_lambdas_own_faults_are_retried_on_every_task(invocations: dict[str, Json]) -> None:
    for name, task in invocations.items():
        assert {
            errors.BeanstalkUnavailableError.__name__,
            "Lambda.TooManyRequestsException",
            "Lambda.ServiceException",
            "Lambda.Unknown",
            "States.Timeout",
        } <= set(task["Retry"][1]["ErrorEquals"]), name
        assert task["Retry"][1]["JitterStrategy"] == "FULL", name


def test_an_error_that_ends_a_release_is_never_retried(invocations: dict[str, Json]) -> None:
    passing = {errors.EnvironmentNotReadyError.__name__, errors.BeanstalkUnavailableError.__name__}
    ours = {name for name, value in vars(errors).items() if isinstance(value, type)}
    for name, task in invocations.items():
        retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        assert retried & ours == passing, name
        assert "States.ALL" not in retried, name
        assert "States.TaskFailed" not in retried, name


def test_every_stage_leads_a_failure_to_the_branch_and_keeps_what_it_was(tasks: dict[str, Json]) -> None:
    for name, task in tasks.items():
        if name in BRANCH:
            continue
        caught = task["Catch"][-1]
        assert caught["ErrorEquals"] == ["States.ALL"], name
        assert caught["Next"] == "KeepGreenLive", name
        kept = caught["Assign"]["failure"]
        assert kept["State"] == "{% $states.context.State.Name %}", name
        assert "$states.errorOutput.Error" in kept["Error"], name
        assert "$states.errorOutput.Cause" in kept["Cause"], name
        assert "$states.context.Execution.RedriveCount" in kept["RedriveCount"], name


def test_what_a_catch_keeps_is_never_nothing_since_that_would_bypass_it(tasks: dict[str, Json]) -> None:
    kept = tasks["CloneBlue"]["Catch"][0]["Assign"]["failure"]
    for key in ("Error", "Cause", "RedriveCount"):
        (expression,) = re.findall(r"^{% (.+) %}$", kept[key])
        parsed = Jsonata(expression)
        parsed.assign("states", {"errorOutput": {}, "context": {"Execution": {}}})
        assert parsed.evaluate({}) is not None, key


def test_a_plan_that_fails_leaves_the_branch_without_a_deployment(tasks: dict[str, Json]) -> None:
    assert tasks["Plan"]["Catch"][0]["Assign"]["deployment"] == "{% null %}"


def test_the_branch_keeps_green_live_then_tells_people_then_holds_for_a_redrive(tasks: dict[str, Json]) -> None:
    assert tasks["KeepGreenLive"]["Next"] == "NotifyFailure"
    assert tasks["NotifyFailure"]["Next"] == "HoldForRedrive"
    assert tasks["HoldForRedrive"]["Next"] == "Plan"


def test_a_failing_branch_never_hides_the_failure_that_led_to_it(tasks: dict[str, Json]) -> None:
    (keep,), (notify,) = tasks["KeepGreenLive"]["Catch"], tasks["NotifyFailure"]["Catch"]
    assert (keep["ErrorEquals"], keep["Next"]) == (["States.ALL"], "NotifyFailure")
    assert (notify["ErrorEquals"], notify["Next"]) == (["States.ALL"], "HoldForRedrive")
    for caught in (keep, notify):
        assert "failure" not in caught.get("Assign", {})


def test_an_execution_ends_as_failed_in_a_task_since_a_fail_state_is_not_worth_redriving(definition: Json) -> None:
    assert "Catch" not in definition["States"]["HoldForRedrive"]
    assert [name for name, state in definition["States"].items() if state["Type"] == "Fail"] == []


def test_an_approval_that_expires_or_is_rejected_leads_to_the_branch(tasks: dict[str, Json]) -> None:
    approval = tasks["AwaitApproval"]
    assert approval["Resource"].endswith(":sns:publish.waitForTaskToken")
    assert approval["TimeoutSeconds"] == "{% $deployment.approval_seconds %}"
    assert "$states.context.Task.Token" in approval["Arguments"]["Message"]
    assert approval["Catch"][0]["ErrorEquals"] == ["States.Timeout"]
    assert approval["Catch"][0]["Assign"]["failure"]["Error"] == "ApprovalExpired"
    assert "Retry" not in approval


def test_a_task_outlives_its_function_so_that_the_function_tells_what_happened(
    invocations: dict[str, Json], template: Any
) -> None:
    seconds = {
        name: function["Properties"]["Timeout"]
        for name, function in template.find_resources("AWS::Lambda::Function").items()
    }
    for name, task in invocations.items():
        assert task["TimeoutSeconds"] > seconds[task["Arguments"]["FunctionName"].removeprefix(FUNCTION_ARN)], name


def test_the_longest_release_that_the_schema_admits_ends_before_the_machine_times_out(
    definition: Json, tasks: dict[str, Json]
) -> None:
    most = {name: rule["maximum"] for name, rule in SCHEMA["properties"]["timeouts"]["properties"].items()}
    waiting = (
        2 * (most["register_release"] + most["clone_blue"] + most["deploy_release"] + most["terminate_green"])
        + 4 * most["swap_traffic"]
    )
    properties = SCHEMA["properties"]
    fixed = (
        properties["drain_seconds"]["maximum"]
        + tasks["VerifyRelease"]["TimeoutSeconds"]
        + properties["bake_seconds"]["maximum"]
        + properties["approval_seconds"]["maximum"]
        + most["swap_traffic"]
    )
    assert waiting + fixed + len(tasks) * 600 < definition["TimeoutSeconds"]
    assert (
        waiting + properties["bake_seconds"]["maximum"] + most["swap_traffic"]
    ) / 15 * 3 < 25_000  # events in a history


def test_a_test_of_a_release_that_the_schema_admits_ends_before_its_function_does(template: Any) -> None:
    check = {name: rule.get("maximum") for name, rule in SCHEMA["properties"]["health_check"]["properties"].items()}
    longest = check["attempts"] * (check["timeout_seconds"] + check["interval_seconds"])
    (function,) = [
        each["Properties"]
        for each in template.find_resources("AWS::Lambda::Function").values()
        if each["Properties"]["Handler"] == "lambdas.stages.verify_release.handler"
    ]
    assert longest + 60 < function["Timeout"]


def test_every_state_says_what_it_is_for(definition: Json) -> None:
    assert [name for name, state in definition["States"].items() if not state.get("Comment")] == []


def test_the_result_tells_who_serves_which_version(definition: Json) -> None:
    output = definition["States"]["Released"]["Output"]
    assert output["status"] == "released"
    assert set(json.loads(json.dumps(output))) == {
        "status",
        "application",
        "version",
        "previous_version",
        "served_by",
        "production_cname",
    }
