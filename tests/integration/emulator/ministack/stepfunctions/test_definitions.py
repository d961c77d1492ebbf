"""How AWS Step Functions answers calls that carry a definition. The judgment itself has unit tests."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from rehearsal.account.account import Account
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.state_machines import StateMachines

VALID = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
LOOP = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
REFUSAL = "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'"


def test_validate_state_machine_definition_lists_diagnostics(machines: StateMachines) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html"""
    answer = machines.client.validate_state_machine_definition(definition=json.dumps(VALID))
    assert (answer["result"], answer["diagnostics"], answer["truncated"]) == ("OK", [], False)
    two = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    answer = machines.client.validate_state_machine_definition(definition=json.dumps(two), maxResults=1)
    assert (answer["result"], answer["truncated"]) == ("FAIL", True)
    assert answer["diagnostics"] == [
        {
            "severity": "ERROR",
            "code": "MISSING_TRANSITION_TARGET",
            "message": "Missing 'Next' target: B",
            "location": "/States/A/Next",
        }
    ]


def test_an_invalid_definition_makes_and_changes_no_state_machine(machines: StateMachines) -> None:
    """Source: https://github.com/floci-io/floci/issues/2735, an answer of CreateStateMachine."""
    with pytest.raises(ClientError) as refused:
        machines.client.create_state_machine(name="loop", definition=json.dumps(LOOP), roleArn=UNRESTRICTED_ROLE)
    assert refused.value.response["Error"] == {"Code": "InvalidDefinition", "Message": REFUSAL}
    arn = machines.make(VALID["States"])  # type: ignore[arg-type]
    with pytest.raises(ClientError, match="MISSING_END_STATE"):
        machines.client.update_state_machine(stateMachineArn=arn, definition=json.dumps(LOOP))
    assert "Next" not in machines.client.describe_state_machine(stateMachineArn=arn)["definition"]


def test_cloudformation_reports_the_refusal(account: Account) -> None:
    """Source: https://github.com/aws-cloudformation/cfn-lint/issues/4073, a failed deployment."""
    stacks = account.client("cloudformation")
    properties: dict[str, Any] = {"RoleArn": UNRESTRICTED_ROLE, "DefinitionString": json.dumps(LOOP)}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    stacks.create_stack(StackName="loop", TemplateBody=json.dumps({"Resources": {"Loop": resource}}))
    with pytest.raises(WaiterError):
        stacks.get_waiter("stack_create_complete").wait(
            StackName="loop", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
    events = stacks.describe_stack_events(StackName="loop")["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events]
    assert any(f'Resource handler returned message: "{REFUSAL} (Service: Sfn' in reason for reason in reasons), reasons
