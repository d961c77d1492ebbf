"""What the option settings say about an environment's Auto Scaling group.

Options and defaults: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
(aws:autoscaling:asg, aws:autoscaling:trigger).
"""

from typing import NamedTuple

from emulator.beanstalk import option_settings
from emulator.beanstalk.option_settings import GROUP, Settings

TRIGGER = "aws:autoscaling:trigger"


class Sizes(NamedTuple):
    """The least and the largest number of instances."""

    minimum: int
    maximum: int


def sizes(settings: Settings) -> Sizes:
    """Return how many instances an environment has. One of type SingleInstance has one."""
    if not option_settings.load_balanced(settings):
        return Sizes(1, 1)
    minimum = int(value(settings, GROUP, "MinSize", "1"))
    return Sizes(minimum, max(minimum, int(value(settings, GROUP, "MaxSize", "1"))))


def cooldown(settings: Settings) -> float:
    """Return the account seconds after a scaling in which no other one begins."""
    return float(value(settings, GROUP, "Cooldown", "360"))


def value(settings: Settings, namespace: str, name: str, default: str) -> str:
    """Return the value of an option, whatever resource it names."""
    found = [text for option, text in settings.items() if (option.namespace, option.name) == (namespace, name)]
    return found[-1] if found else default


class Trigger(NamedTuple):
    """When an environment scales by its load. Durations in account seconds.

    `measure`: the name of the metric. `increments`: how many instances to add above `upper`, and below `lower`.
    """

    measure: str
    statistic: str
    period: float
    breach_duration: float
    upper: float
    lower: float
    increments: tuple[int, int]


def trigger(settings: Settings) -> Trigger:
    """Return the trigger of an environment."""

    def of(name: str, default: str) -> str:
        return value(settings, TRIGGER, name, default)

    return Trigger(
        measure=of("MeasureName", "NetworkOut"),
        statistic=of("Statistic", "Average"),
        period=60 * float(of("Period", "5")),
        breach_duration=60 * float(of("BreachDuration", "5")),
        upper=float(of("UpperThreshold", "6000000")),
        lower=float(of("LowerThreshold", "2000000")),
        increments=(int(of("UpperBreachScaleIncrement", "1")), int(of("LowerBreachScaleIncrement", "-1"))),
    )


def deregistration_delay(settings: Settings) -> float:
    """Return the account seconds that an instance keeps its open requests when it leaves the load balancer."""
    return float(value(settings, "aws:elasticbeanstalk:environment:process:default", "DeregistrationDelay", "20"))
