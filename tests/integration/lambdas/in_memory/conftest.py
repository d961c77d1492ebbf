"""Whole releases by the handlers on the in-memory Elastic Beanstalk: seconds together, so not unit tests."""

from tests.unit.lambdas.conftest import account, autoscaling, client, release

__all__ = ["account", "autoscaling", "client", "release"]
