"""A test of blue from inside its VPC, for environments behind internal load balancers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from infra.bluegreen_stack import BlueGreenStack
from infra.network import INTERFACES, Network, NetworkError
from tests.integration.infra.conftest import CONTEXT
from tests.integration.infra.test_stack import actions_of

SETTINGS = {"vpc_id": "vpc-0a1b2c3d4e5f60718", "subnet_ids": "subnet-0a1b2c3d4e5f60718, subnet-1a1b2c3d4e5f60718"}


def test_only_what_tests_blue_is_in_the_vpc(synthesize: Callable[..., Template]) -> None:
    inside = synthesize(network=Network.from_context(SETTINGS.get))
    functions = [each["Properties"] for each in inside.find_resources("AWS::Lambda::Function").values()]
    (function,) = [each for each in functions if "VpcConfig" in each]
    assert function["Handler"] == "lambdas.stages.verify_release.handler"
    assert function["VpcConfig"]["SubnetIds"] == SETTINGS["subnet_ids"].split(", ")
    assert set(INTERFACES) <= actions_of(inside, "verify_release")
    (group,) = inside.find_resources("AWS::EC2::SecurityGroup").values()
    assert group["Properties"]["VpcId"] == SETTINGS["vpc_id"]
    assert "SecurityGroupIngress" not in group["Properties"]


def test_by_default_nothing_is_in_a_vpc(template: Template) -> None:
    template.resource_count_is("AWS::EC2::SecurityGroup", 0)
    assert "ec2:CreateNetworkInterface" not in actions_of(template, "verify_release")


def test_the_security_linter_finds_nothing_without_a_reason(tmp_path: Path) -> None:
    app = App(context=CONTEXT, outdir=str(tmp_path))
    BlueGreenStack(app, "Test", applications=["*"], network=Network.from_context(SETTINGS.get))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()  # raises when a rule is violated
    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert report["pluginReports"][0]["conclusion"] == "success"


@pytest.mark.parametrize(
    "settings",
    [{"vpc_id": "vpc-1"}, {"subnet_ids": "subnet-1"}, {**SETTINGS, "vpc_id": "shop"}, {**SETTINGS, "subnet_ids": "a"}],
)
def test_half_a_network_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(NetworkError, match=r"Expected -c vpc_id= .* Found .* Correct them\."):
        Network.from_context(settings.get)


def test_no_network_is_none() -> None:
    assert Network.from_context(lambda _: None) is None
