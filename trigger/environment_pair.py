"""The state of blue and green on Elastic Beanstalk. Only `describe` raises when Elastic Beanstalk does not answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

SUFFIX = "-green"
NAME_LENGTH = 40
MOST_ERRORS = 10
"""The most ERROR events that are shown."""


class EnvironmentPair:
    """Blue and green of a release. `request`: its execution input."""

    def __init__(self, beanstalk: "ElasticBeanstalkClient", request: Mapping[str, Any]) -> None:
        self._beanstalk = beanstalk
        self._application: str = request["application"]
        self._blue: str = request["blue"]
        self._green: str = request.get("green") or green_name(self._blue)

    def describe(self) -> list[dict[str, Any]]:
        """Return blue, then green, if they exist: name, status, health, version, url, and whether it `serves` users.

        Raises botocore's exceptions.
        """
        found = self._beanstalk.describe_environments(
            ApplicationName=self._application, EnvironmentNames=[self._blue, self._green], IncludeDeleted=False
        )
        standing = {each["EnvironmentName"]: each for each in found["Environments"] if each["Status"] != "Terminating"}
        production = standing[self._blue]["CNAME"] if self._blue in standing else None
        if green := standing.get(self._green):  # its tags name the production CNAME
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
        """Return in words which environment serves users; NOBODY if none does."""
        return " and ".join(_or_unknown(self._serving)) or "NOBODY"

    def _serving(self) -> list[str]:
        standing = self.describe()
        if not standing:
            return [f"NOBODY: {self._application} has neither {self._blue} nor {self._green}"]
        return [in_words(each) for each in standing if each["serves"]]

    def errors(self, since: datetime) -> list[str]:
        """Return Elastic Beanstalk's ERROR events since then, a line each, newest last."""
        return _or_unknown(lambda: self._errors(since))

    def _errors(self, since: datetime) -> list[str]:
        found = self._beanstalk.describe_events(
            ApplicationName=self._application, StartTime=since, Severity="ERROR", MaxRecords=100
        )
        ours = [each for each in found["Events"] if each.get("EnvironmentName") in (self._blue, self._green)]
        oldest_first = ours[:MOST_ERRORS][::-1]
        return [" ".join([f"{each['EnvironmentName']}:", *each["Message"].split()]) for each in oldest_first]


def green_name(blue: str) -> str:
    """Return the name that the state machine gives to the clone by default."""
    return blue[: NAME_LENGTH - len(SUFFIX)].rstrip("-") + SUFFIX


def in_words(environment: Mapping[str, Any]) -> str:
    """Return an item of `describe` as text."""
    return "{name} ({status}, {health}) with {version}, at {url}".format(**environment)


def _or_unknown(ask: Callable[[], list[str]]) -> list[str]:
    try:
        return ask()
    except (BotoCoreError, ClientError) as error:
        return [f"unknown ({error})"]
