"""Botocore's model of Elastic Beanstalk: its actions, and the shapes of their parameters and results."""

from functools import cache

import botocore.loaders
from botocore.model import ServiceModel


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of Elastic Beanstalk."""
    return ServiceModel(botocore.loaders.Loader().load_service_model("elasticbeanstalk", "service-2"))
