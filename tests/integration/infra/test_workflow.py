"""The state machine's states and edges."""

import json
import re
from typing import Any

import pytest
from jsonata import Jsonata

from lambdas.deployment import Mode, NextStep
from lambdas.hooks import Gate
from tests.support.template import FUNCTION_ARN, Json, all_states

ORDER = [
    "CloneBlue",
    "AwaitGreen",
    "VerifyGreen",
    "HooksBeforeGreen",
    "SwapToGreen",
    "AwaitGreenLive",
    "DrainBlue",
    "HooksBeforeDeploy",
    "DeployRelease",
    "AwaitRelease",
    "VerifyRelease",
    "HowFar",
    "HooksBeforeBlue",
    "SwapToBlue",
    "AwaitBlueLive",
    "Bake",
    "TerminateGreen",
    "AwaitTermination",
    "HooksAfterRelease",
    "Released",
]


def choice(definition: Json, name: str) -> dict[str, str]:
    state = definition["States"][name]
    return {rule["Condition"]: rule["Next"] for rule in state["Choices"]} | {"default": state["Default"]}


def test_a_release_runs_all_stages_in_order(definition: Json) -> None:
    order = ["CloneBlue"]
    while following := definition["States"][order[-1]].get("Next", definition["States"][order[-1]].get("Default")):
        order.append(following)
    assert order == ORDER


def test_every_edge_leads_to_a_state_and_every_state_has_an_edge(definition: Json) -> None:
    targets = {definition["StartAt"]} | set(re.findall(r'"(?:Next|Default)": "([^"]+)"', json.dumps(definition)))
    # The first state of a branch, or of a Map's processor, is named by its StartAt.
    targets |= set(re.findall(r'"StartAt": "([^"]+)"', json.dumps(definition)))
    assert targets == set(all_states(definition))


def test_plan_is_first_and_decides_where_to_start(definition: Json) -> None:
    assert definition["StartAt"] == "Plan"
    assert definition["States"]["Plan"]["Next"] == "WhereToStart"
    assert choice(definition, "WhereToStart") == {
        "{% $states.input.deployment.dry_run %}": "Planned",
        f"{{% $states.input.deployment.next_step = '{NextStep.NOTHING}' %}}": "HooksAfterRelease",
        f"{{% $states.input.deployment.next_step = '{NextStep.FINISH}' %}}": "Bake",
        f"{{% $states.input.deployment.next_step = '{NextStep.TEST}' %}}": "VerifyRelease",
        "{% $states.input.deployment.source_bundle != null %}": "RegisterRelease",
        "default": "GreenServes",
    }


def test_deploy_ends_after_the_test_and_approval_is_optional(definition: Json) -> None:
    assert choice(definition, "HowFar") == {
        f"{{% $states.input.deployment.mode = '{Mode.DEPLOY}' %}}": "Deployed",
        "{% $states.input.deployment.approval %}": "Approval",
        "default": "HooksBeforeBlue",
    }


def test_a_bundle_is_registered_and_processed_before_the_clone(definition: Json) -> None:
    assert definition["States"]["RegisterRelease"]["Next"] == "AwaitRegistration"
    assert definition["States"]["AwaitRegistration"]["Next"] == "GreenServes"


def test_a_release_that_finds_green_live_drains_blue_then_deploys(definition: Json) -> None:
    assert choice(definition, "GreenServes") == {
        f"{{% $states.input.deployment.next_step = '{NextStep.DEPLOY}' %}}": "DrainBlue",
        "default": "CloneBlue",
    }


def test_every_stage_passes_the_deployment_and_the_context_to_its_function(stages: dict[str, Json]) -> None:
    calling = {name for name in stages if name.startswith("CallHook")}
    for name, task in stages.items():
        payload = task["Arguments"]["Payload"]
        assert payload["context"] == "{% $states.context %}", name
        assert payload.get("deployment") == (None if name == "Plan" else "{% $states.input.deployment %}"), name
        result = "{% $states.result.Payload %}"
        if name in calling:
            assert task["Output"] == {"deployment": payload["deployment"], "hook": result}, name
        else:
            assert task["Output"] == {"deployment": result}, name


@pytest.mark.parametrize(
    ("state", "to"),
    [("SwapToGreen", "green"), ("AwaitGreenLive", "green"), ("SwapToBlue", "blue"), ("AwaitBlueLive", "blue")],
)
def test_a_swap_and_its_waiter_name_the_environment_to_serve(tasks: dict[str, Json], state: str, to: str) -> None:
    assert tasks[state]["Arguments"]["Payload"]["to"] == to


def test_one_state_has_one_function_and_one_name(invocations: dict[str, Json]) -> None:
    shared = {
        "SwapToGreen": "SwapTraffic",
        "SwapToBlue": "SwapTraffic",
        "AwaitGreenLive": "AwaitTraffic",
        "AwaitBlueLive": "AwaitTraffic",
        **{f"CallHook{gate.title().replace('_', '')}": "CallHooks" for gate in Gate},
    }
    for name, task in invocations.items():
        function = re.sub(r"[0-9A-F]{8}$", "", task["Arguments"]["FunctionName"].removeprefix(f"{FUNCTION_ARN}Stages"))
        assert function == shared.get(name, name)


def test_a_gate_calls_its_hooks_in_order_and_again_while_they_are_in_progress(definition: Json) -> None:
    states = all_states(definition)
    for gate in Gate:
        name = gate.title().replace("_", "")
        state, processor = states[f"Hooks{name}"], states[f"Hooks{name}"]["ItemProcessor"]["States"]
        assert f"$states.input.deployment.hooks.{gate}" in state["Items"]
        assert state["MaxConcurrency"] == 1
        assert state["ItemSelector"]["hook"] == {"function": "{% $states.context.Map.Item.Value %}", "gate": gate}
        assert processor[f"WaitForHook{name}"]["Next"] == f"CallHook{name}"
        assert state["Output"] == {"deployment": "{% $states.input.deployment %}"}, "it passes on what it got"


def test_blue_is_watched_while_its_hooks_are_called(definition: Json) -> None:
    assert [branch["StartAt"] for branch in definition["States"]["Bake"]["Branches"]] == [
        "WatchRelease",
        "HooksAfterBlue",
    ]


def caught(state: Json) -> dict[str, str]:
    return {error: catch["Next"] for catch in state["Catch"] for error in catch["ErrorEquals"]}


def test_a_question_ends_with_a_yes_as_an_error_so_that_its_watch_ends_too(definition: Json) -> None:
    """A Parallel state ends when one of its branches fails:
    https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
    """
    state, states = definition["States"]["Approval"], all_states(definition)
    question = states["AwaitApproval"]
    assert question["Resource"].endswith(":sns:publish.waitForTaskToken")
    assert question["TimeoutSeconds"] == "{% $states.input.deployment.approval_seconds %}"
    (retrier,) = question["Retry"]
    assert all(error.startswith("SNS.") for error in retrier["ErrorEquals"]), "an answer must not be asked for again"
    assert states[question["Next"]]["Error"] == "Approved"
    assert caught(state) == {
        "Approved": "HooksBeforeBlue",
        "States.Timeout": "ApprovalExpired",
        "States.ALL": "KeepGreenLive",
    }
    assert [catch["Output"].get("failure", {}).get("State") for catch in state["Catch"]] == [None] + [
        "AwaitApproval"
    ] * 2


def test_a_rejection_with_the_error_of_a_yes_is_a_rejection(definition: Json) -> None:
    states = all_states(definition)
    assert states[caught(states["AwaitApproval"])["Approved"]]["Error"] == "Rejected"


def test_a_question_that_expires_fails_the_release_unless_the_input_says_otherwise(definition: Json) -> None:
    assert choice(definition, "ApprovalExpired") == {
        "{% $states.input.deployment.approval_expiry = 'release' %}": "HooksBeforeBlue",
        "default": "KeepGreenLive",
    }
    assert definition["States"]["Approval"]["Catch"][1]["Output"]["failure"]["Error"] == "ApprovalExpired"


def test_the_watch_of_a_question_never_ends_it(definition: Json) -> None:
    states = all_states(definition)
    assert (states["WatchApproval"]["Next"], states["TellApprovers"]["Next"]) == ("TellApprovers", "WatchApproval")
    assert caught(states["WatchApproval"]) == caught(states["TellApprovers"]) == {"States.ALL": "Unwatched"}
    assert states["Unwatched"]["Type"] == "Succeed"


FUNCTIONS = {"$exists", "$merge", "$now", "$split"}
"""Functions of JSONata: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"""


def test_no_state_depends_on_a_variable(definition: Json) -> None:
    """AWS does not document that variables survive a redrive. It documents that a state gets the same input again.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    text = json.dumps(definition)
    assert '"Assign"' not in text
    assert set(re.findall(r"\$[A-Za-z]\w*", text)) <= {"$states", *FUNCTIONS}


def evaluated(expression: str, deployment: Json) -> Any:
    parsed = Jsonata(expression.removeprefix("{% ").removesuffix(" %}"))
    context = {"Execution": {"Id": "arn:aws:states:eu-west-1:1:execution:m:n"}, "Task": {"Token": "T0KEN"}}
    parsed.assign("states", {"input": {"deployment": deployment}, "context": context})
    return parsed.evaluate({})


def test_an_approval_passes_on_what_it_got_and_when_it_was_given(definition: Json) -> None:
    approved, expired, _ = (catch["Output"]["deployment"] for catch in definition["States"]["Approval"]["Catch"])
    assert approved == "{% $merge([$states.input.deployment, {'approved_at': $now()}]) %}"
    for expiry, keys in [("release", {"approval_expiry", "approved_at"}), ("fail", {"approval_expiry"})]:
        assert evaluated(expired, {"approval_expiry": expiry}).keys() == keys
    assert evaluated(expired, {"blue": "shop-prod"}) == {"blue": "shop-prod"}, "that of an older Plan"


def test_people_are_asked_with_commands_that_name_the_region(tasks: dict[str, Json]) -> None:
    message = evaluated(tasks["AwaitApproval"]["Arguments"]["Message"], {"question": "v2 waits."})
    assert message.startswith("v2 waits.\n\nApprove:")
    for command in ("success --region eu-west-1 --task-output", "failure --region eu-west-1 --error Rejected"):
        assert f"aws stepfunctions send-task-{command}" in message
    assert message.count("--task-token T0KEN") == 2


def test_every_state_has_a_comment(definition: Json) -> None:
    assert [name for name, state in definition["States"].items() if not state.get("Comment")] == []


def test_the_result_names_the_version_and_the_environment_that_serves(definition: Json) -> None:
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
