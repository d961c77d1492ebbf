"""The option settings of an environment, and what they say about its kind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import ConfigurationSettingsDescriptionTypeDef

GROUP: Final = "aws:autoscaling:asg"
LISTENER: Final = re.compile(r"aws:elb(?:v2)?:listener(?::default|:(\d+))?")


@dataclass(frozen=True)
class EnvironmentOptions:
    """Options by namespace and name. A pending change of the configuration counts."""

    values: Mapping[tuple[str, str], str]

    @classmethod
    def from_settings(cls, found: "Iterable[ConfigurationSettingsDescriptionTypeDef]") -> Self:
        """`found`: the items of DescribeConfigurationSettings, the deployed one and perhaps a pending one."""
        options = [option for each in found for option in each.get("OptionSettings", [])]
        return cls({(each.get("Namespace", ""), each.get("OptionName", "")): each.get("Value", "") for each in options})

    @property
    def has_coupled_database(self) -> bool:
        """Whether the environment owns an RDS database, which is terminated with it."""
        return self.values.get(("aws:rds:dbinstance", "HasCoupledDatabase")) == "true"

    @property
    def has_shared_load_balancer(self) -> bool:
        """Whether other environments use the same load balancer."""
        by_kind = self.values.get(("aws:elasticbeanstalk:environment", "LoadBalancerIsShared")) == "true"
        return by_kind or bool(self.values.get(("aws:elbv2:loadbalancer", "SharedLoadBalancer")))

    @property
    def has_scaling_group(self) -> bool:
        """Whether the environment has instances in an Auto Scaling group. A Cluster environment on EKS has none."""
        return any(namespace == GROUP for namespace, _ in self.values)

    @property
    def minimum(self) -> int:
        """The least number of instances, MinSize."""
        return self._size("MinSize", 1)

    @property
    def maximum(self) -> int:
        """The largest number of instances, MaxSize. AWS's defaults are 1 and 4:
        https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
        """
        return max(self.minimum, self._size("MaxSize", 4))

    @property
    def has_filtering_load_balancer(self) -> bool:
        """Whether a load balancer with a security group of its own receives the requests. A Network one has none."""
        kind = self.values.get(("aws:elasticbeanstalk:environment", "LoadBalancerType"))
        single = self.values.get(("aws:elasticbeanstalk:environment", "EnvironmentType")) == "SingleInstance"
        return not single and kind != "network"

    @property
    def has_key_pair(self) -> bool:
        """Whether the instances have a key pair, so that SSH is open to them."""
        return bool(self.values.get(("aws:autoscaling:launchconfiguration", "EC2KeyName")))

    @property
    def listener_ports(self) -> list[int]:
        """The ports on which the load balancer listens. Without an option it is 80:
        https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
        """
        enabled = {80: True}
        for (namespace, name), value in self.values.items():
            if found := LISTENER.fullmatch(namespace):
                port = int(found[1] or 80)
                enabled[port] = value != "false" if name == "ListenerEnabled" else enabled.get(port, True)
        return sorted(port for port, listens in enabled.items() if listens)

    @property
    def own_groups(self) -> set[str]:
        """The security groups that settings name, of instances and of the load balancer: names or ids."""
        names = {"SecurityGroups", "ManagedSecurityGroup"}
        found = [value for (_, name), value in self.values.items() if name in names]
        return {group.strip() for value in found for group in value.split(",")} - {""}

    def _size(self, name: str, default: int) -> int:
        single = self.values.get(("aws:elasticbeanstalk:environment", "EnvironmentType")) == "SingleInstance"
        return 1 if single else int(self.values.get((GROUP, name)) or default)
