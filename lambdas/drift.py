"""What a clone does not bring: what people changed around blue, outside Elastic Beanstalk.

Green gets all users, so they meet what it lacks. Each finding says what was found and what to do. A look that fails is
told, too. Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.clone.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lambdas.aws.environment import Environment
from lambdas.aws.environment_options import EnvironmentOptions
from lambdas.aws.surroundings import IngressRule, SecurityGroup, Surroundings
from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.errors import ReleaseError
from lambdas.observation import Observation
from lambdas.refusal import require

REFUSE: Final = "refuse"
EVERYBODY: Final = ("0.0.0.0/0", "::/0")
SSH: Final = 22
INSTANCE_GROUP: Final = "-AWSEBSecurityGroup-"
BALANCER_GROUP: Final = "-AWSEBLoadBalancerSecurityGroup-"
"""In the names of the groups that Elastic Beanstalk makes. Source:
https://github.com/hashicorp/terraform-provider-aws/issues/2002
"""
MAX_FINDINGS: Final = 20
MAX_LENGTH: Final = 500
"""Characters of a finding. The deployment is passed on from state to state."""
INSTANCE_SETTING: Final = "the setting SecurityGroups of aws:autoscaling:launchconfiguration"


@dataclass(frozen=True)
class ClonedEnvironment:
    """The environment that is cloned, and what looks around it."""

    blue: Environment
    green: str
    production_cname: str
    options: EnvironmentOptions
    surroundings: Surroundings


def with_drift(deployment: Deployment, drift: str, observation: Observation, surroundings: Surroundings) -> Deployment:
    """Return the deployment with the findings, if it gives users to a clone that they are not on yet.

    Raises ReleaseRefusedError for a finding if `drift` is `refuse`. A rollback is never refused: it repairs.
    """
    if deployment.next_step != NextStep.RELEASE:
        return deployment
    cloned = ClonedEnvironment(
        observation.pair.blue,
        deployment.green,
        deployment.production_cname,
        observation.options,
        surroundings,
    )
    found = _bounded(findings(cloned))
    require(
        not found or drift != REFUSE or deployment.mode == Mode.ROLLBACK,
        expected=f"nothing around {deployment.blue} that a clone does not bring, since `drift` is `{REFUSE}`",
        found=" ".join(found),
        remedy="Do what each sentence says, or release with `drift`: `warn`",
    )
    return replace(deployment, not_cloned=tuple(found))


def findings(cloned: ClonedEnvironment) -> Iterator[str]:
    """Yield a finding for each thing that a clone does not bring, and one for each look that fails."""
    for what, look in LOOKS.items():
        try:
            yield from look(cloned)
        except ReleaseError as error:
            yield f"{what} could not be looked for: {error.found.rstrip('.')}. {error.next_step}".strip()


def _groups(cloned: ClonedEnvironment) -> Iterator[str]:
    """Find what the groups of blue's instances and load balancer admit, and which groups admit them."""
    own = cloned.surroundings.groups_of(cloned.blue)
    ids = {group.id for group in own}
    # Settings name the groups that Elastic Beanstalk makes, too.
    named = cloned.options.own_groups - ids - {group.name for group in own}
    made = [group for group in own if INSTANCE_GROUP in group.name or BALANCER_GROUP in group.name]
    yield from _added_rules(cloned, made, ids | named)
    for group in made:
        yield from _restriction(cloned, group)
    admitting = cloned.surroundings.groups_admitting(sorted(ids)) if ids else []
    for group in admitting:
        if group.id not in ids:
            yield from _named_by(cloned, group, ids, named)


def _added_rules(cloned: ClonedEnvironment, made: list[SecurityGroup], own: set[str]) -> Iterator[str]:
    """Find rules that Elastic Beanstalk does not make. Those of `.ebextensions` are resources of the stack."""
    added = [
        (group, rule)
        for group in made
        for rule in group.rules
        if rule.source not in own and not _is_made(rule, group, cloned.options)
    ]
    if added and cloned.surroundings.resources_of_stack(cloned.blue)["AWS::EC2::SecurityGroupIngress"] >= len(added):
        return
    for group, rule in added:
        yield (
            f"{group} admits {rule}, which Elastic Beanstalk does not make, and the group of {cloned.green} will not: "
            "make the rule in .ebextensions, as AWS::EC2::SecurityGroupIngress."
        )


def _is_made(rule: IngressRule, group: SecurityGroup, options: EnvironmentOptions) -> bool:
    """Return whether Elastic Beanstalk makes the rule. Without a key pair it opens no SSH."""
    if rule.source in EVERYBODY and rule.first == rule.last and rule.first in options.listener_ports:
        return BALANCER_GROUP in group.name or not options.has_filtering_load_balancer
    return INSTANCE_GROUP in group.name and options.has_key_pair and rule.first == rule.last == SSH


def _restriction(cloned: ClonedEnvironment, group: SecurityGroup) -> Iterator[str]:
    """Find a group that was closed by hand: Elastic Beanstalk opens the clone's to everybody."""
    balanced = cloned.options.has_filtering_load_balancer
    if (BALANCER_GROUP in group.name) != balanced:
        return
    open_ports = {
        port
        for rule in group.rules
        for port in cloned.options.listener_ports
        if rule.source in EVERYBODY and rule.first <= port <= rule.last
    }
    closed = [port for port in cloned.options.listener_ports if port not in open_ports]
    if closed and (closed[0] == 80 or not open_ports):
        setting = "SecurityGroups and ManagedSecurityGroup of aws:elbv2:loadbalancer"
        remedy = f"name a group of your own in the settings {setting}"
        if not balanced:
            remedy = f"name a group of your own in {INSTANCE_SETTING}, and set DisableDefaultEC2SecurityGroup"
        yield (
            f"{group} does not admit everybody on port {closed[0]}, and that of {cloned.green} will, since "
            f"Elastic Beanstalk makes it so: {remedy}."
        )


def _named_by(cloned: ClonedEnvironment, group: SecurityGroup, ids: set[str], named: set[str]) -> Iterator[str]:
    """Find a rule that admits blue's group and none that green has, too."""
    shared = {replace(rule, source="") for rule in group.rules if rule.source in named}
    for rule in group.rules:
        if rule.source in ids and replace(rule, source="") not in shared:
            yield (
                f"{group} admits {rule}, a group of {cloned.blue.name}, and does not admit {cloned.green}, which has "
                f"another one: name a group of your own in {INSTANCE_SETTING}, and let {group.name} admit that."
            )


def _web_acls(cloned: ClonedEnvironment) -> Iterator[str]:
    """Find a web ACL of blue's Application Load Balancer. Others cannot have one."""
    for balancer in cloned.surroundings.load_balancers(cloned.blue):
        if ":loadbalancer/app/" not in balancer or not (name := cloned.surroundings.web_acl(balancer)):
            continue
        if not cloned.surroundings.resources_of_stack(cloned.blue)["AWS::WAFv2::WebACLAssociation"]:
            yield (
                f"the web ACL {name} protects the load balancer of {cloned.blue.name}, and not that of {cloned.green}: "
                "associate it in .ebextensions, as AWS::WAFv2::WebACLAssociation."
            )


def _records(cloned: ClonedEnvironment) -> Iterator[str]:
    """Find DNS records that lead to blue's load balancer, past the CNAME that is swapped."""
    endpoint = cloned.blue.endpoint.lower()
    for record in cloned.surroundings.records():
        if any(target.removeprefix("dualstack.") == endpoint for target in record.targets):
            yield (
                f"the {record.kind} {record.name} leads to {endpoint}, so its users stay on {cloned.blue.name} while a "
                f"version is deployed onto it: let it lead to {cloned.production_cname}."
            )


LOOKS: Final[dict[str, Callable[[ClonedEnvironment], Iterator[str]]]] = {
    "rules of security groups": _groups,
    "a web ACL": _web_acls,
    "DNS records of the load balancer": _records,
}


def _bounded(found: Iterator[str]) -> list[str]:
    """Return the findings, shortened to what a deployment can carry."""
    each = [text[:MAX_LENGTH] for text in found]
    left_out = [f"{len(each) - MAX_FINDINGS} more were found."] if len(each) > MAX_FINDINGS else []
    return each[:MAX_FINDINGS] + left_out
