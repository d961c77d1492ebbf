"""The rehearsal's Elastic Beanstalk: AWS's query protocol and lifecycle, with real processes as environments."""

from emulator.beanstalk.dns import Answer
from emulator.beanstalk.durations import Durations, Limits, Quotas
from emulator.beanstalk.service import ElasticBeanstalk

__all__ = ["Answer", "Durations", "ElasticBeanstalk", "Limits", "Quotas"]
