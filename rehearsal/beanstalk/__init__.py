"""The rehearsal's Elastic Beanstalk: AWS's query protocol and lifecycle, with real processes as environments."""

from rehearsal.beanstalk.dns import Answer
from rehearsal.beanstalk.durations import Durations, Limits, Quotas
from rehearsal.beanstalk.service import ElasticBeanstalk

__all__ = ["Answer", "Durations", "ElasticBeanstalk", "Limits", "Quotas"]
