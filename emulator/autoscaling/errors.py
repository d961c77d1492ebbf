"""The errors of Auto Scaling that Elastic Beanstalk does not have."""

from emulator.beanstalk.errors import ServiceError


class ScalingActivityInProgressError(ServiceError):
    """The group cools down after a scaling, and the call honours that."""

    code = "ScalingActivityInProgress"
