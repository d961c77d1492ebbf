"""What stands around an environment: security groups, its load balancer's web ACL, DNS records.

Facts: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html,
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html,
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

from lambdas.aws.environment import Environment
from lambdas.aws.errors import translated_errors
from lambdas.aws.scaling import ENVIRONMENT_TAG
from lambdas.errors import CallRejectedError

MAX_PAGES: Final = 40
"""Pages of zones and of records that are read. Route 53 answers 5 calls a second for a whole account."""
NO_WEB_ACL: Final = "WAFNonexistentItemException"
ANY_PROTOCOL: Final = "-1"


@dataclass(frozen=True)
class IngressRule:
    """What a security group admits. `source`: a range of addresses, or the id of a group or of a prefix list."""

    protocol: str
    first: int
    last: int
    source: str

    def __str__(self) -> str:
        if self.protocol == ANY_PROTOCOL:
            return f"all traffic from {self.source}"
        ports = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.protocol} {ports} from {self.source}"


@dataclass(frozen=True)
class SecurityGroup:
    """A security group. `environment_id`: of the environment that Elastic Beanstalk made it for; empty for others."""

    id: str
    name: str
    environment_id: str
    rules: tuple[IngressRule, ...]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


@dataclass(frozen=True)
class DnsRecord:
    """A record of a hosted zone. `targets`: its values, or the name that an alias stands for; without a last dot."""

    name: str
    kind: str
    targets: tuple[str, ...]


class Surroundings:
    """The calls that look around an environment; none changes anything. Errors are as `translated_errors` says.

    `client` returns the client of a service. EC2's is large, so it is made when it is needed.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def groups_of(self, environment: Environment) -> list[SecurityGroup]:
        """Return the security groups that Elastic Beanstalk made for the environment."""
        with _translated_errors("EC2", f"show the security groups of {environment.name}"):
            return self._groups(f"tag:{ENVIRONMENT_TAG}", [environment.id])

    def groups_admitting(self, ids: Sequence[str]) -> list[SecurityGroup]:
        """Return the security groups with a rule that admits one of these groups."""
        with _translated_errors("EC2", f"show the security groups that admit {' or '.join(ids)}"):
            found = self._groups("ip-permission.group-id", ids)
        return [each for each in found if any(rule.source in ids for rule in each.rules)]

    def resources_of_stack(self, environment: Environment) -> Counter[str]:
        """Return how many resources of each type CloudFormation made for the environment, `.ebextensions` included."""
        stack = f"awseb-{environment.id}-stack"
        try:
            with _translated_errors("CloudFormation", f"show the resources of {stack}"):
                found = self._client("cloudformation").describe_stack_resources(StackName=stack)
        except CallRejectedError as error:
            if "does not exist" not in error.found:
                raise
            return Counter()
        return Counter(each["ResourceType"] for each in found["StackResources"])

    def load_balancers(self, environment: Environment) -> list[str]:
        """Return the environment's load balancers: a Classic one by its name, the others by their ARNs."""
        with _translated_errors("Elastic Beanstalk", f"show the load balancer of {environment.name}"):
            found = self._client("elasticbeanstalk").describe_environment_resources(EnvironmentId=environment.id)
        return [each["Name"] for each in found["EnvironmentResources"].get("LoadBalancers", []) if each.get("Name")]

    def web_acl(self, load_balancer: str) -> str | None:
        """Return the name of the web ACL that protects a load balancer, given by its ARN; None without one."""
        try:
            with _translated_errors("WAFv2", f"show the web ACL of {load_balancer}"):
                found = self._client("wafv2").get_web_acl_for_resource(ResourceArn=load_balancer)
        except CallRejectedError as error:
            if NO_WEB_ACL not in error.found:
                raise
            return None
        return str(found["WebACL"]["Name"]) if found.get("WebACL") else None

    def records(self) -> Iterator[DnsRecord]:
        """Yield the records of the account's hosted zones. Raises CallRejectedError when they are too many."""
        with _translated_errors("Route 53", "show the hosted zones"):
            client = self._client("route53")
        left = iter(range(MAX_PAGES))
        for zones in _pages(client, "list_hosted_zones", "the hosted zones", left):
            for zone in zones["HostedZones"]:
                task = f"the records of {zone['Name']}"
                for page in _pages(client, "list_resource_record_sets", task, left, HostedZoneId=zone["Id"]):
                    yield from map(_record, page["ResourceRecordSets"])

    def _groups(self, filter_name: str, values: Sequence[str]) -> list[SecurityGroup]:
        filters = [{"Name": filter_name, "Values": list(values)}]
        pages = self._client("ec2").get_paginator("describe_security_groups").paginate(Filters=filters)
        return [_group(group) for page in pages for group in page["SecurityGroups"]]


def _pages(client: Any, call: str, what: str, left: Iterator[int], **parameters: str) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of a call, as long as some are left."""
    pages = iter(client.get_paginator(call).paginate(**parameters))
    while True:
        with _translated_errors("Route 53", f"show {what}"):
            page = next(pages, None)
        if page is None:
            return
        if next(left, None) is None:
            raise CallRejectedError(
                expected=f"at most {MAX_PAGES} pages of zones and records",
                found="more",
                next_step="Look for the load balancer's name in Route 53 yourself.",
            )
        yield page


def _group(found: Mapping[str, Any]) -> SecurityGroup:
    tags = {each["Key"]: each["Value"] for each in found.get("Tags", [])}
    rules = tuple(rule for each in found["IpPermissions"] for rule in _rules(each))
    return SecurityGroup(found["GroupId"], found["GroupName"], tags.get(ENVIRONMENT_TAG, ""), rules)


def _rules(found: Mapping[str, Any]) -> Iterator[IngressRule]:
    """Yield a rule for each source of an IpPermission. Without ports it admits all ports."""
    first, last = found.get("FromPort", 0), found.get("ToPort", 65535)
    for source in _sources(found):
        yield IngressRule(found["IpProtocol"], first, last, source)


def _sources(found: Mapping[str, Any]) -> Iterable[str]:
    yield from (each["CidrIp"] for each in found.get("IpRanges", []))
    yield from (each["CidrIpv6"] for each in found.get("Ipv6Ranges", []))
    yield from (each["PrefixListId"] for each in found.get("PrefixListIds", []))
    yield from (each["GroupId"] for each in found.get("UserIdGroupPairs", []) if "GroupId" in each)


def _record(found: Mapping[str, Any]) -> DnsRecord:
    alias = found.get("AliasTarget")
    values = [alias["DNSName"]] if alias else [each["Value"] for each in found.get("ResourceRecords", [])]
    kind = "alias" if alias else found["Type"]
    return DnsRecord(found["Name"].rstrip("."), kind, tuple(value.lower().rstrip(".") for value in values))


def _translated_errors(service: str, task: str) -> AbstractContextManager[None]:
    return translated_errors(service, task, grant="")


@cache
def connect_surroundings() -> Surroundings:
    """Return what looks around, by the function's credentials and region; one client a service and process.

    All looks together have to end within the function's time-out, also where no answer comes. The names are literal: a
    test reads here what the layer has to describe.
    """
    config = Config(retries={"total_max_attempts": 2, "mode": "standard"}, connect_timeout=3, read_timeout=5)
    makers: Mapping[str, Callable[[], Any]] = {
        "cloudformation": lambda: boto3.client("cloudformation", config=config),
        "elasticbeanstalk": lambda: boto3.client("elasticbeanstalk", config=config),
        "ec2": lambda: boto3.client("ec2", config=config),
        "route53": lambda: boto3.client("route53", config=config),
        "wafv2": lambda: boto3.client("wafv2", config=config),
    }
    return Surroundings(cache(lambda service: makers[service]()))
