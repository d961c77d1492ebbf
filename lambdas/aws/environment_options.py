"""The option settings of an environment, and what they say about its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import ConfigurationSettingsDescriptionTypeDef

GROUP: Final = "aws:autoscaling:asg"


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

    def _size(self, name: str, default: int) -> int:
        single = self.values.get(("aws:elasticbeanstalk:environment", "EnvironmentType")) == "SingleInstance"
        return 1 if single else int(self.values.get((GROUP, name)) or default)
