"""What stands around an environment: the answers of EC2, CloudFormation and Route 53 to the looks of Plan."""

from dataclasses import dataclass

from emulator.faults.answers import Answer
from tools.simulation.services import SentRequest

GROUP = "sg-0123456789abcdef0"
RULE = (
    "<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>"
    "<ipRanges><item><cidrIp>10.0.0.0/8</cidrIp></item></ipRanges></item>"
)
ZONES = (
    "<ListHostedZonesResponse><HostedZones/><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>"
    "</ListHostedZonesResponse>"
)
RESOURCES = (
    "<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources><member>"
    "<LogicalResourceId>AWSEBSecurityGroup</LogicalResourceId><ResourceType>AWS::EC2::SecurityGroup</ResourceType>"
    "</member></StackResources></DescribeStackResourcesResult></DescribeStackResourcesResponse>"
)


@dataclass
class SurroundingServices:
    """One security group of blue. `rule_by_hand`: whether a person added a rule to it, which no clone has."""

    rule_by_hand: bool = False

    def groups(self, _: SentRequest) -> Answer:
        """Return the answer to DescribeSecurityGroups."""
        group = (
            f"<item><groupId>{GROUP}</groupId><groupName>awseb-AWSEBSecurityGroup-1</groupName>"
            f"<ipPermissions>{RULE if self.rule_by_hand else ''}</ipPermissions></item>"
        )
        return _xml(
            f"<DescribeSecurityGroupsResponse><securityGroupInfo>{group}</securityGroupInfo></DescribeSecurityGroupsResponse>"
        )

    def resources(self, _: SentRequest) -> Answer:
        """Return the answer to DescribeStackResources."""
        return _xml(RESOURCES)

    def zones(self, _: SentRequest) -> Answer:
        """Return the answer to ListHostedZones: there are none."""
        return _xml(ZONES)


def _xml(text: str) -> Answer:
    return 200, {"Content-Type": "text/xml"}, text.encode()
