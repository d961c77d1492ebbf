"""The console's address follows the partition, in the functions and in the image."""

import json
import re
from collections.abc import Callable

import pytest
from botocore.loaders import Loader

from lambdas.console import HOSTS
from lambdas.console import console_link as link_of_functions
from trigger.follower import CONSOLES
from trigger.follower import console_link as link_of_image


@pytest.mark.parametrize("link", [link_of_functions, link_of_image], ids=["functions", "image"])
@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-central-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("aws-iso-b", "us-isob-east-1", "console.sc2shome.sgov.gov"),
    ],
)
def test_a_link_leads_to_the_console_of_the_partition(
    link: Callable[[str], str], partition: str, region: str, host: str
) -> None:
    execution = f"arn:{partition}:states:{region}:123456789012:execution:Machine:release"
    assert link(execution) == f"https://{host}/states/home?region={region}#/v2/executions/details/{execution}"


def test_functions_and_image_know_the_same_consoles() -> None:
    assert dict(HOSTS) == CONSOLES


def test_each_partition_of_aws_has_a_console_in_the_domain_of_its_sign_in() -> None:
    """Source: botocore's endpoint rules of AWS's sign-in."""
    loader = Loader()
    rules = json.dumps(loader.load_service_model("signin", "endpoint-rule-set-1"))
    partitions = {each["id"] for each in loader.load_data("partitions")["partitions"]}
    sign_ins = set(re.findall(r"https://\{Region\}\.signin\.([a-z0-9.-]+)", rules))
    assert set(HOSTS) == partitions
    assert {host.removeprefix("console.") for host in HOSTS.values()} == sign_ins
