"""Elastic Beanstalk: AWS's query protocol and lifecycle. Environments run source bundles as processes."""

from emulator.beanstalk.dns import ResolvedName
from emulator.beanstalk.durations import Durations, Limits, Quotas
from emulator.beanstalk.service import ElasticBeanstalk

__all__ = ["Durations", "ElasticBeanstalk", "Limits", "Quotas", "ResolvedName"]
