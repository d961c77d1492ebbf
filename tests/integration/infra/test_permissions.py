"""The permissions of the state machine's role, which the emulator does not enforce one by one."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk.assertions import Template

from tests.support.template import Json, all_states, listed, machine_in

LOG_DELIVERY = {
    f"logs:{action}"
    for action in [
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    ]
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
TRACING = {
    f"xray:{action}" for action in ["GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"]
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html"""
ENCRYPTED_PUBLISH = {"kms:Decrypt", "kms:GenerateDataKey*"}
"""https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""


def logical(reference: Any) -> str:
    """Return a resource's logical id, with `:*` behind it for a function's versions."""
    match reference:
        case str():
            return reference
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return str(name)
        case {"Ref": str(pseudo)} if pseudo.startswith("AWS::"):
            return pseudo
        case {"Fn::Select": [_, {"Fn::Split": [_, arn]}]}:  # the name in an ARN
            return logical(arn)
        case {"Fn::Join": ["", parts]}:
            return "".join(map(logical, parts))
    raise AssertionError(f"expected a reference to a resource, found {reference}")


def role_of(machine: Mapping[str, Any]) -> str:
    return logical(machine["Properties"]["RoleArn"])


def granted(template: Template, role: str) -> set[tuple[str, str]]:
    """Return each action that the role's policies allow, with each of its resources."""
    policies = template.find_resources("AWS::IAM::Policy").values()
    statements = [
        statement
        for policy in policies
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    return {
        (action, logical(resource))
        for statement in statements
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def called(task: Json, template: Template) -> Iterator[tuple[str, str]]:
    """Return each action that a task calls, with its resource."""
    if ":states:::lambda:invoke" in task["Resource"]:
        function = task["Arguments"]["FunctionName"].rpartition(":")[2]
        yield "lambda:InvokeFunction", function
        yield "lambda:InvokeFunction", f"{function}:*"  # its versions, which the CDK adds
    elif "states:::sns:publish" in task["Resource"]:
        topic = task["Arguments"]["TopicArn"].rpartition(":")[2]
        yield "sns:Publish", topic
        key = template.find_resources("AWS::SNS::Topic")[topic]["Properties"]["KmsMasterKeyId"]
        yield from ((action, logical(key)) for action in ENCRYPTED_PUBLISH)
    else:
        raise AssertionError(f"expected a Lambda or SNS task, found {task['Resource']}: add its permissions here")


def test_the_machines_role_allows_exactly_the_calls_of_its_definition(
    template: Template, tasks: dict[str, Json]
) -> None:
    machine = machine_in(template)
    calls = {call for task in tasks.values() for call in called(task, template)}
    if machine["Properties"]["LoggingConfiguration"]["Level"] != "OFF":
        calls |= {(action, "*") for action in LOG_DELIVERY}
    if machine["Properties"]["TracingConfiguration"]["Enabled"]:
        calls |= {(action, "*") for action in TRACING}
    assert granted(template, role_of(machine)) == calls
    role = template.find_resources("AWS::IAM::Role")[role_of(machine)]["Properties"]
    assert role.keys() <= {"AssumeRolePolicyDocument", "Tags"}, "no other policies"


def test_the_role_of_fleets_allows_exactly_the_calls_of_its_definition(template: Template, fleets: Json) -> None:
    """A task that waits for an execution, and a distributed Map, need what these pages list.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    machine, releases = machine_in(template, fleets=True), releases_machine(template)
    tasks = [state for state in all_states(fleets).values() if state["Type"] == "Task"]
    starting = [task for task in tasks if "startExecution" in task["Resource"]]
    calls = {call for task in tasks if task not in starting for call in called(task, template)}
    (own,) = [name for name in template.find_resources("AWS::StepFunctions::StateMachine") if name != releases]
    within = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution"
    rule = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
    assert len(starting) == 1
    calls |= {("states:StartExecution", releases), ("states:StartExecution", own)}
    calls |= {(f"states:{action}Execution", f"{within}:Test:*") for action in ("Describe", "Stop")}
    calls |= {(f"states:{action}Execution", f"{within}:{own}:*") for action in ("Describe", "Stop")}
    calls |= {("states:RedriveExecution", f"{within}:{own}/releases:*")}
    events = f"arn:AWS::Partition:events:AWS::Region:AWS::AccountId:rule/{rule}"
    calls |= {(f"events:{action}", events) for action in ("DescribeRule", "PutRule", "PutTargets")}
    calls |= {(action, "*") for action in LOG_DELIVERY | TRACING}
    assert granted(template, role_of(machine)) == calls


def releases_machine(template: Template) -> str:
    """Return the logical id of the state machine of releases."""
    machines = template.find_resources("AWS::StepFunctions::StateMachine")
    (found,) = [name for name, each in machines.items() if each == machine_in(template)]
    return found
