"""Tasks that call AWS's services through the SDK, in the role of their state machine.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html; results and errors:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, recorded on AWS:
services/test_aws_sdk_task_service and error_handling/test_aws_sdk.
"""

import json
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from tests.support.roles import Role, statement
from tests.support.state_machines import StateMachines


def call(resource: str, **arguments: Any) -> dict[str, Any]:
    return {
        "Call": {
            "Type": "Task",
            "Resource": f"arn:aws:states:::aws-sdk:{resource}",
            "Arguments": arguments,
            "End": True,
        }
    }


def test_a_task_puts_and_gets_an_object(account: Account, machines: StateMachines) -> None:
    account.client("s3").create_bucket(Bucket="sdk-calls")
    put = machines.output(call("s3:putObject", Bucket="sdk-calls", Key="a.json", Body={"a": 1}))
    assert put["ETag"].startswith('"')
    got = machines.output(call("s3:getObject", Bucket="sdk-calls", Key="a.json"))
    assert (got["Body"], got["ContentLength"], got["ETag"]) == ('{"a":1}', 7, put["ETag"])
    assert got["LastModified"].endswith("Z")


def test_a_task_calls_our_elastic_beanstalk(machines: StateMachines) -> None:
    made = machines.output(call("elasticbeanstalk:createApplication", ApplicationName="sdk-calls"))
    assert made["Application"]["ApplicationName"] == "sdk-calls"
    checked = machines.output(call("elasticbeanstalk:checkDNSAvailability", CnamePrefix="sdk-calls"))
    assert checked["Available"] is True
    assert checked["FullyQualifiedCNAME"].startswith("sdk-calls.")


@pytest.mark.parametrize(
    ("resource", "arguments", "field"),
    [
        ("ssm:putParameter", {"Name": "/sdk-calls", "Value": "1", "Type": "String"}, "Version"),
        ("sqs:createQueue", {"QueueName": "sdk-calls"}, "QueueUrl"),
        ("sns:createTopic", {"Name": "sdk-calls"}, "TopicArn"),
        ("dynamodb:listTables", {}, "TableNames"),
        ("lambda:listFunctions", {"MaxItems": 1}, "Functions"),
        ("cloudwatch:describeAlarms", {}, "MetricAlarms"),
        ("cloudwatchlogs:describeLogGroups", {}, "LogGroups"),
        ("sfn:listStateMachines", {}, "StateMachines"),
        ("eventbridge:listRules", {}, "Rules"),
    ],
)
def test_a_task_calls_any_service_of_the_account(
    machines: StateMachines, resource: str, arguments: dict[str, Any], field: str
) -> None:
    assert field in machines.output(call(resource, **arguments))


@pytest.mark.parametrize(
    ("resource", "arguments", "error", "cause"),
    [
        (
            "s3:listObjects",
            {"Bucket": "no-such-bucket"},
            "S3.NoSuchBucketException",
            "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: ",
        ),
        (
            "sfn:sendTaskSuccess",
            {"TaskToken": "x", "Output": "1"},
            "Sfn.InvalidTokenException",
            "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: ",
        ),
        (
            "elasticbeanstalk:terminateEnvironment",
            {"EnvironmentName": "missing"},
            "ElasticBeanstalk.ElasticBeanstalkException",
            "No Environment found for EnvironmentName = 'missing'. (Service: ElasticBeanstalk, Status Code: 400,",
        ),
    ],
)
def test_an_error_has_the_name_of_the_sdks_exception(
    machines: StateMachines, resource: str, arguments: dict[str, Any], error: str, cause: str
) -> None:
    execution = machines.fail(call(resource, **arguments))
    described = machines.describe(execution)
    assert described["error"] == error
    assert described["cause"].startswith(cause)
    assert described["cause"].endswith("(SDK Attempt Count: 1)")
    failed = machines.history(execution)[-2]["taskFailedEventDetails"]
    assert f"{failed['resourceType']}:{failed['resource']}" == f"aws-sdk:{resource}"


def test_arguments_that_the_operation_does_not_have_cannot_be_caught(machines: StateMachines) -> None:
    described = machines.run(call("s3:listObjects", Bukket="x"))
    assert described["error"] == "States.Runtime"
    assert "could not be used to start the Task" in described["cause"]


@pytest.mark.parametrize(
    ("resource", "arguments", "error", "action"),
    [
        ("lambda:invoke", {"FunctionName": "f"}, "Lambda.AWSLambdaException", "lambda:InvokeFunction"),
        ("sns:publish", {"TopicArn": "arn:aws:sns:us-east-1:1:t"}, "SNS.AuthorizationErrorException", "sns:Publish"),
        (
            "states:startExecution.sync:2",
            {"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:m"},
            "StepFunctions.AWSStepFunctionsException",
            "states:StartExecution",
        ),
        ("dynamodb:getItem", {"TableName": "t"}, "DynamoDB.AmazonDynamoDBException", "dynamodb:GetItem"),
    ],
)
def test_an_optimized_integration_needs_its_permission(  # noqa: PLR0917 - a table of cases
    account: Account, machines: StateMachines, resource: str, arguments: dict[str, Any], error: str, action: str
) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html"""
    role = Role(account, statement("logs:CreateLogGroup"))
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": task}}
    machine = machines.client.create_state_machine(name=role.name, definition=json.dumps(definition), roleArn=role.arn)
    execution = machines.client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    described = machines.end(execution)
    assert described["error"] == error
    assert f"is not authorized to perform: {action} on resource: " in described["cause"]
    assert f"because no identity-based policy allows the {action} action (Service: " in described["cause"]


def test_a_task_may_only_do_what_the_machines_role_allows(account: Account, machines: StateMachines) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html"""
    role = Role(account, statement("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/allowed"))
    states = call("ssm:putParameter", Name="/denied", Value="1", Type="String")
    definition = {"QueryLanguage": "JSONata", "StartAt": "Call", "States": states}
    machine = machines.client.create_state_machine(name="denied", definition=json.dumps(definition), roleArn=role.arn)
    execution = machines.client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    described = machines.end(execution)
    assert described["error"] == "Ssm.AccessDeniedException"
    assert "is not authorized to perform: ssm:PutParameter on resource" in described["cause"]
    assert f"assumed-role/{role.name}/" in described["cause"]
