"""What stands around environments, in memory: EC2, CloudFormation, WAF and Route 53 as far as a release asks them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

Json = dict[str, Any]


def admits(source: str, port: int | None, protocol: str = "tcp") -> Json:
    """Return an IpPermission, as EC2 shows it. Without a port it is for all traffic."""
    kind = "UserIdGroupPairs" if source.startswith("sg-") else "IpRanges"
    key = "GroupId" if source.startswith("sg-") else "CidrIp"
    if ":" in source:
        kind, key = "Ipv6Ranges", "CidrIpv6"
    sources = {"IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [], kind: [{key: source}]}
    return ({"IpProtocol": protocol, "FromPort": port, "ToPort": port} if port else {"IpProtocol": "-1"}) | sources


@dataclass
class FakeNetwork:
    """`errors`: by service, the code of the error that its calls get. `beanstalk`: Elastic Beanstalk's client."""

    beanstalk: Any = None
    groups: list[Json] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    """The types of the resources that CloudFormation made for the environment."""
    web_acls: dict[str, str] = field(default_factory=dict)
    """Names of web ACLs, by the ARN of the load balancer."""
    records: dict[str, list[Json]] = field(default_factory=dict)
    """By the zone's name."""
    errors: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        if service == "elasticbeanstalk":
            return self.beanstalk
        return FakeClient(self, service)

    def add_environment(self, id_: str, *, balanced: bool = True) -> tuple[str, str]:
        """Add the groups that Elastic Beanstalk makes, and return the ids: of the instances', the load balancer's.

        As in configurations that were read from an account. Their names and tags:
        https://github.com/hashicorp/terraform-provider-aws/issues/2002, and
        https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.tagging.html
        """
        instances, balancer = f"sg-instances{id_}", f"sg-balancer{id_}"
        everybody = admits("0.0.0.0/0", 80)
        self.add_group(
            instances,
            f"awseb-{id_}-stack-AWSEBSecurityGroup-1",
            admits(balancer, 80) if balanced else everybody,
            environment=id_,
        )
        if balanced:
            self.add_group(balancer, f"awseb-{id_}-stack-AWSEBLoadBalancerSecurityGroup-1", everybody, environment=id_)
        return instances, balancer

    def add_group(self, id_: str, name: str, *rules: Json, environment: str = "") -> None:
        """Add a security group. `environment`: the id of the one that it is made for."""
        tags = [{"Key": "elasticbeanstalk:environment-id", "Value": environment}] if environment else []
        self.groups.append({"GroupId": id_, "GroupName": name, "IpPermissions": list(rules), "Tags": tags})

    def rules(self, id_: str) -> list[Json]:
        """Return the rules of a group, to be changed."""
        rules: list[Json] = next(each["IpPermissions"] for each in self.groups if each["GroupId"] == id_)
        return rules


@dataclass(frozen=True)
class FakeClient:
    """A botocore client of one service, for the calls that are made."""

    network: FakeNetwork
    service: str

    def get_paginator(self, call: str) -> "FakePaginator":
        return FakePaginator(self, call)

    def describe_stack_resources(self, StackName: str) -> Json:  # noqa: N803 - AWS's names
        self.called("DescribeStackResources")
        if not self.network.stack:
            raise error("ValidationError", "DescribeStackResources", f"Stack with id {StackName} does not exist")
        return {"StackResources": [{"ResourceType": each} for each in self.network.stack]}

    def get_web_acl_for_resource(self, ResourceArn: str) -> Json:  # noqa: N803 - AWS's names
        self.called("GetWebACLForResource")
        if ResourceArn not in self.network.web_acls:
            return {}
        return {"WebACL": {"Name": self.network.web_acls[ResourceArn]}}

    def called(self, operation: str) -> None:
        """Keep the call. Raises ClientError, if the service is to answer with one."""
        self.network.calls.append(operation)
        if code := self.network.errors.get(self.service):
            raise error(code, operation, f"no {operation} for you")


@dataclass(frozen=True)
class FakePaginator:
    """The pages of a call, one item a page."""

    client: FakeClient
    call: str

    def paginate(self, **parameters: Any) -> Iterator[Json]:
        self.client.called(self.call)
        network = self.client.network
        if self.call == "describe_security_groups":
            (chosen,) = parameters["Filters"]
            yield from ({"SecurityGroups": [group]} for group in network.groups if _matches(group, chosen))
        elif self.call == "list_hosted_zones":
            yield from ({"HostedZones": [{"Id": f"/hostedzone/{name}", "Name": name}]} for name in network.records)
        else:
            zone = parameters["HostedZoneId"].removeprefix("/hostedzone/")
            yield from ({"ResourceRecordSets": [record]} for record in network.records[zone])


def error(code: str, operation: str, message: str) -> ClientError:
    """Return an error of AWS."""
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]
        operation,
    )


def _matches(group: Json, chosen: Mapping[str, Any]) -> bool:
    if chosen["Name"] == "ip-permission.group-id":
        found = {pair["GroupId"] for rule in group["IpPermissions"] for pair in rule["UserIdGroupPairs"]}
    else:
        found = {tag["Value"] for tag in group["Tags"] if f"tag:{tag['Key']}" == chosen["Name"]}
    return bool(found & set(chosen["Values"]))
