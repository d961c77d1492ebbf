"""EC2 has the security groups that Elastic Beanstalk makes, as long as their environments stand.

They are made when EC2 is asked for the first time, so an account in which nobody asks pays nothing.
"""

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from emulator.beanstalk.security_groups import MadeGroup
from emulator.ministack.replacement import Replacement

SYMBOL = "_ensure_defaults_initialized"
"""EC2 calls it before each action, to make what every account has."""


def replacements(groups: Callable[[], Iterable[MadeGroup]]) -> list[Replacement]:
    """`groups`: returns those of the environments that stand now."""
    from ministack.core.responses import get_account_id  # noqa: PLC0415 - unit tests do without MiniStack
    from ministack.services import ec2  # noqa: PLC0415

    environments = EnvironmentSecurityGroups(groups, ec2._security_groups, ec2._tags)
    original = ec2._ensure_defaults_initialized

    def make() -> None:
        original()
        environments.update(ec2._DEFAULT_VPC_ID, get_account_id())

    return [Replacement("ministack.services.ec2", SYMBOL, "3da72f60eed7", make)]


class EnvironmentSecurityGroups:
    """Adds the groups of new environments to EC2's, and removes those of terminated ones."""

    def __init__(
        self,
        groups: Callable[[], Iterable[MadeGroup]],
        kept: MutableMapping[str, dict[str, Any]],
        tags: MutableMapping[str, list[dict[str, str]]],
    ) -> None:
        self._groups = groups
        self._kept = kept
        self._tags = tags
        self._made: set[str] = set()

    def update(self, vpc: str, account: str) -> None:
        """Bring EC2's groups up to date. What people changed in a group stays."""
        wanted = {group.id: group for group in self._groups()}
        for id_ in self._made - set(wanted):
            self._kept.pop(id_, None)
            self._tags.pop(id_, None)
        for id_, group in wanted.items():
            if id_ not in self._kept:
                self._kept[id_] = _as_kept(group, vpc, account)
                self._tags[id_] = [{"Key": key, "Value": value} for key, value in group.tags.items()]
        self._made = set(wanted)


def _as_kept(group: MadeGroup, vpc: str, account: str) -> dict[str, Any]:
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "VpcId": vpc,
        "OwnerId": account,
        "IpPermissions": [_permission("tcp", each.source, account, each.port) for each in group.open_ports],
        "IpPermissionsEgress": [_permission("-1", "0.0.0.0/0", account)],
    }


def _permission(protocol: str, source: str, account: str, port: int | None = None) -> dict[str, Any]:
    ports = {} if port is None else {"FromPort": port, "ToPort": port}
    is_group = source.startswith("sg-")
    return {
        "IpProtocol": protocol,
        **ports,
        "IpRanges": [] if is_group else [{"CidrIp": source}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [{"GroupId": source, "UserId": account}] if is_group else [],
    }
