"""When the managed platform updates of an environment are due, and what they update to.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from emulator.beanstalk import option_settings, platforms
from emulator.beanstalk.configuration_options import Option, default
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform

WINDOW_SECONDS = 2 * 3600
"""How long a maintenance window is. An update begins in it, and may end after it."""
_WEEK_SECONDS = 7 * 24 * 3600
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_START = Option("aws:elasticbeanstalk:managedactions", "PreferredStartTime")
_LEVEL = Option("aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel")
_REFRESH = Option("aws:elasticbeanstalk:managedactions:platformupdate", "InstanceRefreshEnabled")


class ManagedActionType(StrEnum):
    """What a managed action does."""

    PLATFORM_UPDATE = "PlatformUpdate"
    INSTANCE_REFRESH = "InstanceRefresh"


def latest_window(settings: Settings, now: float) -> float | None:
    """Return when the last maintenance window began, in epoch seconds: now at the latest. None without one."""
    start = settings.get(_START)
    if not start:
        return None
    day, hour, minute = start.split(":")
    moment = datetime.fromtimestamp(now, UTC)
    same_week = moment.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    begins = same_week + timedelta(days=_DAYS.index(day) - moment.weekday())
    return begins.timestamp() - (_WEEK_SECONDS if begins > moment else 0)


def open_window(settings: Settings, now: float) -> float | None:
    """Return when the maintenance window that is open began, None when none is open."""
    latest = latest_window(settings, now)
    return latest if latest is not None and now < latest + WINDOW_SECONDS else None


def next_window(settings: Settings, now: float) -> float | None:
    """Return when the next maintenance window begins, None without one."""
    latest = latest_window(settings, now)
    return None if latest is None else latest + _WEEK_SECONDS


def target(platform: Platform, settings: Settings) -> Platform:
    """Return the newest version of a platform branch to which managed updates may go."""
    parts = 2 if settings.get(_LEVEL) == "patch" else 1
    same = platform.version.split(".")[:parts]
    candidates = [
        one
        for one in platforms.available(platform.region)
        if one.branch == platform.branch and one.version.split(".")[:parts] == same
    ]
    return max([platform, *candidates], key=lambda one: [int(part) for part in one.version.split(".")])


def refreshes_instances(settings: Settings) -> bool:
    """Return whether instances are replaced each week, also without a new platform version."""
    return option_settings.managed_actions(settings) and settings.get(_REFRESH, default(_REFRESH)) == "true"
