"""Asks AWS what it answers to calls that it should refuse, to a change of tags, and about security groups.

Nothing of them stays.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.prove.installation import Installation
from rehearsal.prove.names import RunNames
from rehearsal.prove.proved_application import LIVE_VERSION, ProvedApplication, newest_python
from rehearsal.prove.target import ProofTarget

ACCEPTED = "accepted"


def ask(
    target: ProofTarget, names: RunNames, installation: Installation, application: ProvedApplication, arn: str
) -> dict[str, str]:
    """Return AWS's answers, by the name of the question: the code and the message of the refusal, or "accepted".

    `arn`: of blue.
    """
    beanstalk, states = target.client("elasticbeanstalk"), target.client("stepfunctions")
    template = {"ApplicationName": names.application, "TemplateName": f"{names.env}-question"}
    beanstalk.create_configuration_template(**template, EnvironmentId=application.blue()["EnvironmentId"])
    questions: dict[str, Callable[[], Any]] = {
        "terminate an unknown environment": lambda: beanstalk.terminate_environment(
            EnvironmentName=f"{names.env}-none"
        ),
        "create a version that exists": lambda: beanstalk.create_application_version(
            ApplicationName=names.application, VersionLabel=LIVE_VERSION
        ),
        "create a configuration that exists": lambda: beanstalk.create_configuration_template(
            **template, EnvironmentId=application.blue()["EnvironmentId"]
        ),
        "create an environment that exists": lambda: beanstalk.create_environment(
            ApplicationName=names.application,
            EnvironmentName=names.blue,
            VersionLabel=LIVE_VERSION,
            SolutionStackName=newest_python(beanstalk.list_available_solution_stacks()["SolutionStacks"]),
        ),
        "abort where nothing is updated": lambda: beanstalk.abort_environment_update(EnvironmentName=names.blue),
        "list executions by PENDING_REDRIVE": lambda: states.list_executions(
            stateMachineArn=installation.machine, statusFilter="PENDING_REDRIVE"
        ),
        "list executions of an unknown machine": lambda: states.list_executions(
            stateMachineArn=f"{installation.machine}-none"
        ),
    }
    answers = {question: _answer(call) for question, call in questions.items()}
    beanstalk.delete_configuration_template(**template)
    return answers | {
        "security groups of an environment": _security_groups(target, application),
        "status after a change of tags": _status_after_tags(beanstalk, application, arn),
    }


def _answer(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return ACCEPTED


def _security_groups(target: ProofTarget, application: ProvedApplication) -> str:
    """Return the names of blue's security groups, or why they are not shown."""
    tag = {"Name": "tag:elasticbeanstalk:environment-id", "Values": [application.blue()["EnvironmentId"]]}
    try:
        found = target.client("ec2").describe_security_groups(Filters=[tag])["SecurityGroups"]
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return ", ".join(sorted(group["GroupName"] for group in found)) or "none"


def _status_after_tags(beanstalk: Any, application: ProvedApplication, arn: str) -> str:
    beanstalk.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "prove", "Value": "asked"}])
    status: str = application.blue()["Status"]
    application.until_settled()
    return status
