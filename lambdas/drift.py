"""What a clone does not bring: what people changed around blue, outside Elastic Beanstalk.

Green gets all users, so they meet what it lacks. Each finding says what was found and what to do. A look that fails is
told, too. Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.clone.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
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
class Place:
    """The environment that is cloned, and what looks around it."""

    blue: Environment
    green: str
    production_cname: str
    options: EnvironmentOptions
    beanstalk: Beanstalk
    surroundings: Surroundings


def with_drift(
    deployment: Deployment, drift: str, observation: Observation, beanstalk: Beanstalk, *, surroundings: Surroundings
) -> Deployment:
    """Return the deployment with the findings, if it gives users to a clone that they are not on yet.

    Raises ReleaseRefusedError for a finding if `drift` is `refuse`. A rollback is never refused: it repairs.
    """
    if deployment.next_step != NextStep.RELEASE:
        return deployment
    place = Place(
        observation.pair.blue,
        deployment.green,
        deployment.production_cname,
        observation.options,
        beanstalk,
        surroundings,
    )
    found = _bounded(findings(place))
    require(
        not found or drift != REFUSE or deployment.mode == Mode.ROLLBACK,
        expected=f"nothing around {deployment.blue} that a clone does not bring, since `drift` is `{REFUSE}`",
        found=" ".join(found),
        remedy="Do what each sentence says, or release with `drift`: `warn`",
    )
    return replace(deployment, not_cloned=tuple(found))


def findings(place: Place) -> Iterator[str]:
    """Yield a finding for each thing that a clone does not bring, and one for each look that fails."""
    for what, look in LOOKS.items():
        try:
            yield from look(place)
        except ReleaseError as error:
            yield f"{what} could not be looked for: {error.found.rstrip('.')}. {error.next_step}".strip()


def _groups(place: Place) -> Iterator[str]:
    """Find what the groups of blue's instances and load balancer admit, and which groups admit them."""
    own = place.surroundings.groups_of(place.blue)
    ids = {group.id for group in own}
    made = [group for group in own if INSTANCE_GROUP in group.name or BALANCER_GROUP in group.name]
    yield from _added_rules(place, made, ids | place.options.own_groups)
    for group in made:
        yield from _restriction(place, group)
    admitting = place.surroundings.groups_admitting(sorted(ids)) if ids else []
    for group in admitting:
        if group.id not in ids:
            yield from _named_by(place, group, ids)


def _added_rules(place: Place, made: list[SecurityGroup], own: set[str]) -> Iterator[str]:
    """Find rules that Elastic Beanstalk does not make. Those of `.ebextensions` are resources of the stack."""
    added = [
        (group, rule)
        for group in made
        for rule in group.rules
        if rule.source not in own and not _is_made(rule, group, place.options)
    ]
    if added and place.surroundings.resources_of_stack(place.blue)["AWS::EC2::SecurityGroupIngress"] >= len(added):
        return
    for group, rule in added:
        yield (
            f"{group} admits {rule}, which Elastic Beanstalk does not make, and the group of {place.green} will not: "
            "make the rule in .ebextensions, as AWS::EC2::SecurityGroupIngress."
        )


def _is_made(rule: IngressRule, group: SecurityGroup, options: EnvironmentOptions) -> bool:
    """Return whether Elastic Beanstalk makes the rule. Without a key pair it opens no SSH."""
    if rule.source in EVERYBODY and rule.first == rule.last and rule.first in options.listener_ports:
        return BALANCER_GROUP in group.name or not options.has_filtering_load_balancer
    return INSTANCE_GROUP in group.name and options.has_key_pair and rule.first == rule.last == SSH


def _restriction(place: Place, group: SecurityGroup) -> Iterator[str]:
    """Find a group that was closed by hand: Elastic Beanstalk opens the clone's to everybody."""
    balanced = place.options.has_filtering_load_balancer
    if (BALANCER_GROUP in group.name) != balanced:
        return
    open_ports = {
        port
        for rule in group.rules
        for port in place.options.listener_ports
        if rule.source in EVERYBODY and rule.first <= port <= rule.last
    }
    closed = [port for port in place.options.listener_ports if port not in open_ports]
    if closed and (closed[0] == 80 or not open_ports):
        setting = "SecurityGroups and ManagedSecurityGroup of aws:elbv2:loadbalancer"
        remedy = f"name a group of your own in the settings {setting}"
        if not balanced:
            remedy = f"name a group of your own in {INSTANCE_SETTING}, and set DisableDefaultEC2SecurityGroup"
        yield (
            f"{group} does not admit everybody on port {closed[0]}, and that of {place.green} will, since "
            f"Elastic Beanstalk makes it so: {remedy}."
        )


def _named_by(place: Place, group: SecurityGroup, ids: set[str]) -> Iterator[str]:
    """Find a rule that admits blue's group and none that green has, too."""
    shared = {replace(rule, source="") for rule in group.rules if rule.source in place.options.own_groups}
    for rule in group.rules:
        if rule.source in ids and replace(rule, source="") not in shared:
            yield (
                f"{group} admits {rule}, a group of {place.blue.name}, and does not admit {place.green}, which has "
                f"another one: name a group of your own in {INSTANCE_SETTING}, and let {group.name} admit that."
            )


def _web_acls(place: Place) -> Iterator[str]:
    """Find a web ACL of blue's Application Load Balancer. Others cannot have one."""
    for balancer in place.beanstalk.load_balancers(place.blue):
        if ":loadbalancer/app/" not in balancer or not (name := place.surroundings.web_acl(balancer)):
            continue
        if not place.surroundings.resources_of_stack(place.blue)["AWS::WAFv2::WebACLAssociation"]:
            yield (
                f"the web ACL {name} protects the load balancer of {place.blue.name}, and not that of {place.green}: "
                "associate it in .ebextensions, as AWS::WAFv2::WebACLAssociation."
            )


def _records(place: Place) -> Iterator[str]:
    """Find DNS records that lead to blue's load balancer, past the CNAME that is swapped."""
    endpoint = place.blue.endpoint.lower()
    for record in place.surroundings.records():
        if any(target.removeprefix("dualstack.") == endpoint for target in record.targets):
            yield (
                f"the {record.kind} {record.name} leads to {endpoint}, so its users stay on {place.blue.name} while a "
                f"version is deployed onto it: let it lead to {place.production_cname}."
            )


LOOKS: Final[dict[str, Callable[[Place], Iterator[str]]]] = {
    "rules of security groups": _groups,
    "a web ACL": _web_acls,
    "DNS records of the load balancer": _records,
}


def _bounded(found: Iterator[str]) -> list[str]:
    """Return the findings, shortened to what a deployment can carry."""
    each = [text[:MAX_LENGTH] for text in found]
    left_out = [f"{len(each) - MAX_FINDINGS} more were found."] if len(each) > MAX_FINDINGS else []
    return each[:MAX_FINDINGS] + left_out
