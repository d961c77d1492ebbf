"""EC2 has the security groups of environments that stand, with what people changed in them."""

from typing import Any

from emulator.beanstalk.security_groups import MadeGroup, OpenPort
from emulator.ministack.security_groups import EnvironmentSecurityGroups

BALANCER = MadeGroup("sg-1", "balancer", "For requests.", {"Name": "shop"}, (OpenPort(80, "0.0.0.0/0"),))
INSTANCES = MadeGroup("sg-2", "instances", "For the balancer.", {"Name": "shop"}, (OpenPort(80, "sg-1"),))


def test_groups_come_and_go_with_their_environments_and_keep_what_people_changed() -> None:
    standing = [BALANCER, INSTANCES]
    kept: dict[str, dict[str, Any]] = {"sg-own": {"GroupName": "own"}}
    tags: dict[str, list[dict[str, str]]] = {}
    groups = EnvironmentSecurityGroups(lambda: standing, kept, tags)
    groups.update("vpc-1", "123456789012")
    assert kept["sg-1"]["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    assert kept["sg-2"]["IpPermissions"][0]["UserIdGroupPairs"] == [{"GroupId": "sg-1", "UserId": "123456789012"}]
    assert tags["sg-1"] == [{"Key": "Name", "Value": "shop"}]
    kept["sg-1"]["IpPermissions"].clear()
    groups.update("vpc-1", "123456789012")
    assert kept["sg-1"]["IpPermissions"] == []
    standing.clear()
    groups.update("vpc-1", "123456789012")
    assert (list(kept), tags) == (["sg-own"], {})
