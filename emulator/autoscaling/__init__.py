"""Amazon EC2 Auto Scaling, as far as it is about the groups of Elastic Beanstalk's environments."""

from emulator.autoscaling.service import AutoScaling

__all__ = ["AutoScaling"]
