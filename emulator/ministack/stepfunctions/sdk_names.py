"""Names in the integrations of AWS's SDK: those of the SDK for Java. This module imports nothing of MiniStack.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html, and recorded tasks:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/services
"""

import re
from collections.abc import Iterable

_RESOURCE = re.compile(r"arn:[\w-]+:states:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)")
_SERVICES = {
    "sfn": "stepfunctions",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "cognitoidentityprovider": "cognito-idp",
    "resourcegroupstaggingapi": "resourcegroupstaggingapi",
}
"""Services whose name in botocore is another one."""
_WORD = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z][a-z]+\d*|[a-z]+\d*|\d+")
_LEADING_CAPITALS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+")


def parse(resource: str) -> tuple[str, str] | None:
    """Return botocore's name of a service and the name of an operation; None for another kind of resource."""
    found = _RESOURCE.fullmatch(resource)
    if found is None:
        return None
    return _SERVICES.get(found[1], found[1]), found[2][0].upper() + found[2][1:]


def member_name(name: str) -> str:
    """Return the name of a field: capitals at its start count as one word, so DBName becomes DbName."""
    capitals = _LEADING_CAPITALS.match(name)
    if capitals is None:
        return name[:1].upper() + name[1:]
    return capitals[0].capitalize() + name[capitals.end() :]


def class_name(service_id: str) -> str:
    """Return a service's name in error names: DynamoDB becomes DynamoDb, Elastic Beanstalk ElasticBeanstalk."""
    return "".join(word.capitalize() for word in _WORD.findall(service_id))


def error_name(service_id: str, code: str, modeled: Iterable[tuple[str, str]]) -> str:
    """Return the name of an error: its own when the service's model has it, else one for all of the service.

    `modeled`: name and code of each error in the model.
    """
    service = class_name(service_id)
    for name, modeled_code in modeled:
        if code in (name, modeled_code):
            return f"{service}.{re.sub(r'(Exception|Fault|Error)$', '', name)}Exception"
    return f"{service}.{service}Exception"
