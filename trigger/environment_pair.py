"""Blue and green as they stand on Elastic Beanstalk. A release goes on whether or not they can be seen."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

SUFFIX = "-green"
NAME_LENGTH = 40
LINES = 10
"""Of what Elastic Beanstalk says went wrong."""


class EnvironmentPair:
    """Those of a release with that execution input."""

    def __init__(self, beanstalk: "ElasticBeanstalkClient", request: Mapping[str, Any]) -> None:
        self._beanstalk = beanstalk
        self._application: str = request["application"]
        self._blue: str = request["blue"]
        self._green: str = request.get("green") or green_name(self._blue)

    def look(self) -> list[dict[str, Any]]:
        """Blue, then green: each's name, status, health, version, url, and whether it `serves` users.

        Raises botocore's exceptions.
        """
        found = self._beanstalk.describe_environments(
            ApplicationName=self._application, EnvironmentNames=[self._blue, self._green], IncludeDeleted=False
        )
        standing = {each["EnvironmentName"]: each for each in found["Environments"] if each["Status"] != "Terminating"}
        production = standing[self._blue]["CNAME"] if self._blue in standing else None
        if green := standing.get(self._green):  # its tags say which CNAME is production's
            tags = self._beanstalk.list_tags_for_resource(ResourceArn=green["EnvironmentArn"])["ResourceTags"]
            production = {tag["Key"]: tag["Value"] for tag in tags}.get("bluegreen:production-cname", production)
        return [
            {
                "name": name,
                "status": each["Status"],
                "health": each.get("HealthStatus") or each["Health"],
                "version": each.get("VersionLabel"),
                "url": f"http://{each['CNAME']}/",
                "serves": each["CNAME"] == production,
            }
            for name, each in sorted(standing.items(), key=lambda item: item[0] != self._blue)
        ]

    def serving(self) -> str:
        """Who serves users, in words."""
        return " and ".join(_seen(self._serving)) or "NOBODY"

    def _serving(self) -> list[str]:
        standing = self.look()
        if not standing:
            return [f"NOBODY: {self._application} has neither {self._blue} nor {self._green}"]
        return [in_words(each) for each in standing if each["serves"]]

    def errors(self, since: datetime) -> list[str]:
        """What Elastic Beanstalk says went wrong, a line each, newest last."""
        return _seen(lambda: self._errors(since))

    def _errors(self, since: datetime) -> list[str]:
        found = self._beanstalk.describe_events(
            ApplicationName=self._application, StartTime=since, Severity="ERROR", MaxRecords=100
        )
        ours = [each for each in found["Events"] if each.get("EnvironmentName") in (self._blue, self._green)]
        return [" ".join([f"{each['EnvironmentName']}:", *each["Message"].split()]) for each in ours[LINES - 1 :: -1]]


def green_name(blue: str) -> str:
    """The name that the state machine gives to the clone unless it is told another."""
    return blue[: NAME_LENGTH - len(SUFFIX)].rstrip("-") + SUFFIX


def in_words(environment: Mapping[str, Any]) -> str:
    """For an item of `look`."""
    return "{name} ({status}, {health}) with {version}, at {url}".format(**environment)


def _seen(look: Callable[[], list[str]]) -> list[str]:
    try:
        return look()
    except (BotoCoreError, ClientError) as error:
        return [f"not to be seen ({error})"]
