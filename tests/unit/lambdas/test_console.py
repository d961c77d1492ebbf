"""The console's address follows the partition, in the functions and in the image."""

from collections.abc import Callable

import pytest

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
    ],
)
def test_a_link_leads_to_the_console_of_the_partition(
    link: Callable[[str], str], partition: str, region: str, host: str
) -> None:
    execution = f"arn:{partition}:states:{region}:123456789012:execution:Machine:release"
    assert link(execution) == f"https://{host}/states/home?region={region}#/v2/executions/details/{execution}"


def test_functions_and_image_know_the_same_consoles() -> None:
    assert dict(HOSTS) == CONSOLES
