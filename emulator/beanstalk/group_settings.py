"""What the option settings say about an environment's Auto Scaling group.

Options and defaults: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
(aws:autoscaling:asg).
"""

from typing import NamedTuple

from emulator.beanstalk import option_settings
from emulator.beanstalk.option_settings import GROUP, Settings


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
