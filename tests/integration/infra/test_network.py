"""VerifyGreen and VerifyRelease in the environments' VPC, for environments behind internal load balancers."""

from collections.abc import Callable
from pathlib import Path

from aws_cdk.assertions import Template

from infra.network import INTERFACES
from tests.support.contexts import NETWORK, settings_in
from tests.support.linters import nag_conclusion
from tests.support.template import stage_actions


def test_only_the_functions_that_test_are_in_the_vpc(synthesize: Callable[..., Template]) -> None:
    inside = synthesize(**NETWORK)
    functions = [each["Properties"] for each in inside.find_resources("AWS::Lambda::Function").values()]
    placed = {each["Handler"]: each["VpcConfig"] for each in functions if "VpcConfig" in each}
    assert set(placed) == {"lambdas.stages.verify_green.handler", "lambdas.stages.verify_release.handler"}
    for config in placed.values():
        assert config["SubnetIds"] == NETWORK["subnet_ids"].split(", ")
    for name in ("verify_green", "verify_release"):
        assert set(INTERFACES) <= stage_actions(inside, name)
    groups = inside.find_resources("AWS::EC2::SecurityGroup").values()
    assert groups
    for group in groups:
        assert group["Properties"]["VpcId"] == NETWORK["vpc_id"]
        assert "SecurityGroupIngress" not in group["Properties"]


def test_by_default_nothing_is_in_a_vpc(template: Template) -> None:
    template.resource_count_is("AWS::EC2::SecurityGroup", 0)
    assert "ec2:CreateNetworkInterface" not in stage_actions(template, "verify_release")


def test_the_security_linter_finds_nothing_without_a_reason(tmp_path: Path) -> None:
    assert nag_conclusion(settings_in(NETWORK), tmp_path) == "success"


def test_plan_knows_whether_tests_run_in_a_network_of_their_own(
    synthesize: Callable[..., Template], template: Template
) -> None:
    """Only there DNS knows the names of private hosted zones."""
    for stack, told in ((synthesize(**NETWORK), True), (template, False)):
        (plan,) = [
            each["Properties"]
            for each in stack.find_resources("AWS::Lambda::Function").values()
            if each["Properties"]["Handler"] == "lambdas.stages.plan.handler"
        ]
        assert ("TESTS_IN_NETWORK" in plan["Environment"]["Variables"]) is told
