"""The state of blue and green on Elastic Beanstalk. Only `describe` raises when Elastic Beanstalk does not answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from trigger.production import Standing, production_cname

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

SUFFIX = "-green"
NAME_LENGTH = 40
MOST_ERRORS = 10
"""The most ERROR events that are shown."""


class EnvironmentPair:
    """Blue and green of a release. `request`: its execution input."""

    def __init__(self, beanstalk: "ElasticBeanstalkClient", request: Mapping[str, Any]) -> None:
        self._beanstalk, self._request = beanstalk, request
        self._application: str = request["application"]
        self._blue: str = request["blue"]
        self._green: str = request.get("green") or green_name(self._blue)

    def describe(self) -> list[dict[str, Any]]:
        """Return blue, then green, if they exist: name, status, health, version, url, and whether it `serves` users.

        Raises botocore's exceptions.
        """
        return self._described(*self._look())

    def tells_production(self) -> bool:
        """Return whether something tells which CNAME users know. Raises botocore's exceptions."""
        return self._look()[1] is not None

    def holds(self, cname: str) -> bool:
        """Return whether an environment of the application holds the CNAME. Raises botocore's exceptions."""
        return cname.lower() in {each["CNAME"].lower() for each in self._look()[0].values()}

    def _look(self) -> tuple[Standing, str | None]:
        """Return the application's environments that have a CNAME, and the production CNAME if something tells it."""
        found = self._beanstalk.describe_environments(ApplicationName=self._application, IncludeDeleted=False)
        standing = {
            each["EnvironmentName"]: each
            for each in found["Environments"]
            if each["Status"] != "Terminating" and each.get("CNAME")
        }
        given = self._request.get("production_cname")
        return standing, production_cname(self._beanstalk, standing, given, self._blue, self._green)

    def _described(self, standing: Standing, production: str | None) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "status": each["Status"],
                "health": each.get("HealthStatus") or each["Health"],
                "version": each.get("VersionLabel"),
                "url": f"http://{each['CNAME']}/",
                "serves": each["CNAME"] == production,
            }
            for name in (self._blue, self._green)
            if (each := standing.get(name))
        ]

    def serving(self) -> str:
        """Return in words which environment serves users; NOBODY if none does."""
        return " and ".join(_or_unknown(self._serving)) or "NOBODY"

    def _serving(self) -> list[str]:
        standing, production = self._look()
        described = self._described(standing, production)
        if not described:
            return [f"NOBODY: {self._application} has neither {self._blue} nor {self._green}"]
        held = ", ".join(f"{name} holds {each['CNAME']}" for name, each in sorted(standing.items()))
        if production is None:
            return [f"unknown: nothing tells which CNAME users know ({held}). Name it as production_cname"]
        other = [name for name, each in standing.items() if each["CNAME"] == production]
        return [in_words(each) for each in described if each["serves"]] or [
            f"{name}, which is neither {self._blue} nor {self._green}, at http://{production}/" for name in other
        ]

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
