"""What people need of an execution: addresses in AWS's console, which differ by partition, and commands."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

HOSTS: Final[Mapping[str, str]] = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-iso": "console.c2shome.ic.gov",
    "aws-iso-b": "console.sc2shome.sgov.gov",
    "aws-iso-e": "console.csphome.adc-e.uk",
    "aws-iso-f": "console.csphome.hci.ic.gov",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""By partition. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/console.html

That names no console of the sovereign and the isolated partitions. These have the domain of the partition's sign-in,
which is in AWS's endpoint rules: https://github.com/boto/botocore/tree/develop/botocore/data/signin
"""


def console_link(execution: str) -> str:
    """Return the URL of the execution's page. Shape: arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME."""
    return f"{_home(execution, 'states')}#/v2/executions/details/{execution}"


def environment_link(execution: str, environment: str) -> str:
    """Return the URL of an environment's page, in the partition and region of the execution. `environment`: its id."""
    return f"{_home(execution, 'elasticbeanstalk')}#/environment/dashboard?environmentId={environment}"


def object_link(execution: str, bucket: str, key: str) -> str:
    """Return the URL of the page of an object in S3, in the partition and region of the execution."""
    host, region = _host(execution), execution.split(":")[3]
    return f"https://{host}/s3/object/{bucket}?region={region}&prefix={quote(key)}"


def command(call: str, execution: str) -> str:
    """Return the line of a message with a command of the AWS CLI for the execution, such as `redrive-execution`."""
    return f"  aws stepfunctions {call} --execution-arn {execution} --region {execution.split(':')[3]}"


def _home(execution: str, service: str) -> str:
    return f"https://{_host(execution)}/{service}/home?region={execution.split(':')[3]}"


def _host(execution: str) -> str:
    return HOSTS.get(execution.split(":")[1], HOSTS["aws"])
