"""The rehearsal's Elastic Beanstalk: AWS's query protocol and lifecycle, with real processes as environments."""

from emulator.beanstalk.dns import ResolvedName
from emulator.beanstalk.durations import Durations, Limits, Quotas
from emulator.beanstalk.service import ElasticBeanstalk

__all__ = ["Durations", "ElasticBeanstalk", "Limits", "Quotas", "ResolvedName"]
