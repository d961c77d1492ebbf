"""What a clone does not bring is told before a release, or refuses it.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.clone.html
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from lambdas import waiter
from lambdas.aws.environment import Environment
from lambdas.aws.surroundings import MAX_PAGES
from lambdas.drift import MAX_FINDINGS, MAX_LENGTH
from lambdas.stages import plan
from tests.support.fake_services import FakeAlarms
from tests.support.in_memory import VirtualBeanstalk
from tests.support.network import FakeNetwork, admits
from tests.support.stages import PRODUCTION, Release, refusal

BLUE, GREEN = "shop-prod", "shop-prod-green"
DATABASE = "sg-database"


class Surrounded(NamedTuple):
    """A release, and what stands around blue."""

    release: Release
    network: FakeNetwork
    blue: Environment
    instances: str
    balancer: str

    def told(self, **request: Any) -> tuple[str, ...]:
        """Return the findings of a dry run."""
        return self.release.plan(dry_run=True, **request).not_cloned


def surrounded(account: VirtualBeanstalk, autoscaling: Any, **options: str) -> Surrounded:
    settings = [
        {"Namespace": namespace, "OptionName": name, "Value": value}
        for option, value in ({"LoadBalancerType": "application"} | options).items()
        for namespace, name in [OPTIONS[option]]
    ]
    release = Release.of(account, autoscaling, *settings)
    blue = release.look(BLUE)
    balanced = options.get("EnvironmentType") != "SingleInstance" and options.get("LoadBalancerType") != "network"
    instances, balancer = release.network.add_environment(blue.id, balanced=balanced)
    return Surrounded(release, release.network, blue, instances, balancer)


OPTIONS = {
    "EC2KeyName": ("aws:autoscaling:launchconfiguration", "EC2KeyName"),
    "EnvironmentType": ("aws:elasticbeanstalk:environment", "EnvironmentType"),
    "LoadBalancerType": ("aws:elasticbeanstalk:environment", "LoadBalancerType"),
    "SecurityGroups": ("aws:autoscaling:launchconfiguration", "SecurityGroups"),
    "HTTPS": ("aws:elbv2:listener:443", "Protocol"),
    "HTTP": ("aws:elbv2:listener:default", "ListenerEnabled"),
}


@pytest.fixture
def around(account: VirtualBeanstalk, autoscaling: Any) -> Surrounded:
    return surrounded(account, autoscaling)


def test_what_elastic_beanstalk_makes_is_no_finding(around: Surrounded) -> None:
    around.network.add_group("sg-other", "other", admits("10.0.0.0/8", 22), admits("sg-third", 22))
    around.network.records["shop.example."] = [
        {"Name": "www.shop.example.", "Type": "CNAME", "ResourceRecords": [{"Value": PRODUCTION}]}
    ]
    assert around.told(drift="refuse") == ()


def add_rule(around: Surrounded) -> None:
    around.network.rules(around.instances).append(admits("10.0.0.0/8", 5432))


def add_rule_of_load_balancer(around: Surrounded) -> None:
    around.network.rules(around.balancer).append(admits("sg-partner", None))


def restrict(around: Surrounded) -> None:
    around.network.rules(around.balancer)[:] = [admits("192.0.2.0/24", 80)]


def name_blue(around: Surrounded) -> None:
    around.network.add_group(DATABASE, "database", admits("sg-others", 5432), admits(around.instances, 5432))


def associate_web_acl(around: Surrounded) -> None:
    (balancer,) = around.release.surroundings.load_balancers(around.blue)
    around.network.web_acls[balancer] = "shop-firewall"


def alias(around: Surrounded) -> None:
    target = {"DNSName": f"dualstack.{around.blue.endpoint.upper()}.", "HostedZoneId": "Z35SXDOTRQ7X7K"}
    around.network.records |= {
        "other.example.": [{"Name": "other.example.", "Type": "NS", "ResourceRecords": [{"Value": "ns.example."}]}],
        "shop.example.": [{"Name": "www.shop.example.", "Type": "A", "AliasTarget": target}],
    }


def point_at(around: Surrounded) -> None:
    record = {"Name": "www.shop.example.", "Type": "CNAME", "ResourceRecords": [{"Value": around.blue.endpoint}]}
    around.network.records["shop.example."] = [record]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (add_rule, ("AWSEBSecurityGroup-1 (sg-instances", "admits tcp 5432 from 10.0.0.0/8", "in .ebextensions")),
        (add_rule_of_load_balancer, ("AWSEBLoadBalancerSecurityGroup-1", "admits all traffic from sg-partner")),
        (restrict, ("does not admit everybody on port 80", f"that of {GREEN} will", "SecurityGroups")),
        (
            name_blue,
            ("database (sg-database) admits tcp 5432 from sg-instances", f"does not admit {GREEN}", "SecurityG"),
        ),
        (associate_web_acl, ("the web ACL shop-firewall protects the load balancer of shop-prod", "not that of")),
        (alias, ("the alias www.shop.example leads to", f"users stay on {BLUE}", f"lead to {PRODUCTION}")),
        (point_at, ("the CNAME www.shop.example leads to",)),
    ],
)
def test_what_a_clone_does_not_bring_is_told_and_refused_if_asked_for(
    around: Surrounded, change: Callable[[Surrounded], None], words: tuple[str, ...]
) -> None:
    change(around)
    told = around.told()
    # A group that is restricted by hand may have a rule of its own instead: two findings.
    assert [each for each in words if each not in " ".join(told)] == [], told
    assert len(told) == (2 if change is restrict else 1)
    assert around.release.plan().not_cloned == told, "the plan of a release tells the same"
    message = refusal(around.release, drift="refuse")
    assert told[0] in message
    assert "nothing around shop-prod that a clone does not bring" in message


@pytest.mark.parametrize(
    ("options", "change"),
    [
        ({"SecurityGroups": "sg-shop"}, lambda around: around.network.add_group(
            DATABASE, "database", admits(around.instances, 5432), admits("sg-shop", 5432))),
        ({"EC2KeyName": "admin"}, lambda around: around.network.rules(around.instances).append(
            admits("0.0.0.0/0", 22))),
        ({"HTTPS": "HTTPS"}, lambda around: around.network.rules(around.balancer).append(admits("::/0", 443))),
        ({"HTTPS": "HTTPS", "HTTP": "false"}, lambda around: around.network.rules(around.balancer).__setitem__(
            0, admits("0.0.0.0/0", 443))),
        ({"EnvironmentType": "SingleInstance"}, lambda _: None),
        ({"LoadBalancerType": "network"}, lambda _: None),
    ],
    ids=["another group admitted too", "SSH", "HTTPS", "HTTPS only", "single instance", "network load balancer"],
)  # fmt: skip
def test_what_settings_bring_is_no_finding(
    account: VirtualBeanstalk, autoscaling: Any, options: dict[str, str], change: Callable[[Surrounded], None]
) -> None:
    around = surrounded(account, autoscaling, **options)
    change(around)
    assert around.told() == ()


def test_a_setting_that_names_the_group_that_elastic_beanstalk_made_helps_nothing(
    account: VirtualBeanstalk, autoscaling: Any
) -> None:
    """DescribeConfigurationSettings shows that group among SecurityGroups, and a clone gets another one."""
    around = surrounded(account, autoscaling, SecurityGroups="sg-made")
    around.network.groups[0] |= {"GroupId": "sg-made"}
    around.network.add_group(DATABASE, "database", admits("sg-made", 5432))
    (told,) = around.told()
    assert "database (sg-database) admits tcp 5432 from sg-made" in told


def test_a_single_instance_that_was_closed_by_hand_is_found(account: VirtualBeanstalk, autoscaling: Any) -> None:
    around = surrounded(account, autoscaling, EnvironmentType="SingleInstance")
    around.network.rules(around.instances).clear()
    (told,) = around.told()
    assert "DisableDefaultEC2SecurityGroup" in told


@pytest.mark.parametrize(
    ("change", "made"),
    [(add_rule, "AWS::EC2::SecurityGroupIngress"), (associate_web_acl, "AWS::WAFv2::WebACLAssociation")],
)
def test_what_ebextensions_make_comes_with_the_bundle(
    around: Surrounded, change: Callable[[Surrounded], None], made: str
) -> None:
    """The resources of .ebextensions belong to the environment's stack:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-resources.html
    """
    change(around)
    around.network.stack = ["AWS::EC2::SecurityGroup", made]
    assert around.told(drift="refuse") == ()
    around.network.stack = ["AWS::EC2::SecurityGroup"]
    assert len(around.told()) == 1


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("ec2", "rules of security groups could not be looked for: UnauthorizedOperation"),
        ("wafv2", "a web ACL could not be looked for: UnauthorizedOperation from GetWebACLForResource"),
        ("route53", "DNS records of the load balancer could not be looked for: UnauthorizedOperation"),
    ],
)
def test_a_look_that_is_denied_is_told_and_the_others_are_made(around: Surrounded, service: str, words: str) -> None:
    for change in (add_rule, associate_web_acl, alias):
        change(around)
    around.network.errors[service] = "UnauthorizedOperation"
    told = around.told()
    assert len(told) == 3
    (denied,) = [each for each in told if words in each]
    assert f"Allow {service}:" in denied
    assert words in refusal(around.release, drift="refuse"), "who wants to be sure does not get a release unseen"


@pytest.mark.parametrize("code", ["Throttling", "InternalError", "ValidationError"])
def test_a_look_that_fails_never_fails_a_release(around: Surrounded, code: str) -> None:
    associate_web_acl(around)
    for service in ("ec2", "cloudformation", "wafv2", "route53"):
        around.network.errors[service] = code
    assert around.release.plan().next_step == "release"


def test_an_account_with_too_many_records_is_told_so(around: Surrounded) -> None:
    record = {"Name": "a.example.", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}
    around.network.records["shop.example."] = [record] * MAX_PAGES
    (told,) = around.told()
    assert "DNS records of the load balancer could not be looked for: more. Look for" in told


def test_a_rollback_is_not_refused_since_it_repairs(around: Surrounded) -> None:
    add_rule(around)
    around.release.account.version("v0")
    planned = around.release.plan(mode="rollback", version="v0", drift="refuse")
    assert len(planned.not_cloned) == 1


def test_nothing_is_looked_for_once_green_serves(around: Surrounded) -> None:
    """A release is the way back to blue then."""
    release = around.release
    release.swapped(release.cloned(), "green")
    add_rule(around)
    around.network.calls.clear()
    assert release.plan(drift="refuse").not_cloned == ()
    assert around.network.calls == []


def test_no_number_of_findings_makes_a_deployment_too_large(around: Surrounded) -> None:
    for number in range(50):
        around.network.add_group(f"sg-{number}", "x" * 1000, admits(around.instances, 80))
    told = around.told()
    assert len(told) == MAX_FINDINGS + 1
    assert told[-1] == "30 more were found."
    assert max(map(len, told)) == MAX_LENGTH


def test_a_dry_run_shows_the_findings(around: Surrounded, monkeypatch: pytest.MonkeyPatch) -> None:
    add_rule(around)
    services = around.release.services(FakeAlarms())
    for name in ("beanstalk", "alarms", "records", "executions", "scaling", "surroundings"):
        monkeypatch.setattr(plan, f"connect_{name}", lambda name=name: getattr(services, name))
    monkeypatch.setattr(waiter, "connect_beanstalk", lambda: services.beanstalk)
    moment = around.release.account.now().isoformat()
    request = {"application": "shop", "blue": BLUE, "version": "v2", "dry_run": True}
    execution = {"Id": "arn:aws:states:us-east-1:123456789012:execution:m:e", "StartTime": moment, "Input": request}
    outcome = plan.handler(
        {"context": {"Execution": execution, "State": {"Name": "Plan", "EnteredTime": moment}}}, None
    )["outcome"]
    (told,) = outcome["not_cloned"]
    assert "admits tcp 5432 from 10.0.0.0/8" in told
