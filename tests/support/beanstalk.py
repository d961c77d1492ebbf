"""Elastic Beanstalk behind a loopback server that also serves bundles as S3 does, and an account for tests."""

import http.client
import http.server
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.hosting.load_balancer import ANSWERED_BY
from rehearsal import wait
from tests.support.source_bundles import release

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_elasticbeanstalk.type_defs import EnvironmentDescriptionTypeDef

PLATFORM = "64bit Amazon Linux 2023 v4.7.2 running Python 3.13"
ENHANCED = {"Namespace": "aws:elasticbeanstalk:healthreporting:system", "OptionName": "SystemType", "Value": "enhanced"}
BUCKET = "bundles"
SHORT_DURATIONS = {
    "launch": 10,
    "update": 10,
    "configure": 5,
    "abort": 3,
    "restart": 5,
    "update_tags": 5,
    "terminate": 5,
    "process_version": 2,
    "health": 20,
    "in_service": 5,
    "unhealthy": 5,
    "instance_launch": 10,
    "instance_terminate": 10,
    "launch_after_health": 2,
    "launch_after_failure": 2,
    "warning_chance": 0,
    "spread": 0,
}
"""In account seconds, always the same."""


def environment_property(name: str, value: str) -> dict[str, str]:
    """Return the option setting that gives an application an environment variable."""
    return {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": name, "Value": value}


def group_size(minimum: int, maximum: int) -> list[dict[str, str]]:
    """Return the option settings for the least and the largest number of instances."""
    sizes = {"MinSize": minimum, "MaxSize": maximum}
    return [
        {"Namespace": "aws:autoscaling:asg", "OptionName": name, "Value": str(size)} for name, size in sizes.items()
    ]


def command_timeout(seconds: int) -> dict[str, str]:
    """Return the option setting for the time limit of a deployment on an instance."""
    return {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": str(seconds)}


@dataclass(frozen=True)
class PageAnswer:
    """What a load balancer answers. `answered_by`: environment and version, as in `shop-prod/v1`."""

    status: int
    answered_by: str | None
    body: str = ""


class BeanstalkServer(http.server.ThreadingHTTPServer):
    """Sends a POST to Elastic Beanstalk, `service`. A GET or DELETE is S3's, for `/bucket/key` in `objects`."""

    daemon_threads = True
    block_on_close = False
    service: ElasticBeanstalk
    objects: dict[str, bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class BeanstalkHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: BeanstalkServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(*self.server.service.handle(body, dict(self.headers)))

    def do_GET(self) -> None:
        found = self.server.objects.get(self.path)
        missing = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
        self._send(404 if found is None else 200, {}, missing if found is None else found)

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._send(204, {}, b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Write no access log."""


@dataclass
class BeanstalkAccount:
    """Elastic Beanstalk with the application `shop`. `objects`: bundles by `/bucket/key`."""

    client: "ElasticBeanstalkClient"
    service: ElasticBeanstalk
    objects: dict[str, bytes] = field(default_factory=dict)

    def version(self, label: str, bundle: bytes | None = None, **more: Any) -> None:
        """Create a version of `shop`. By default its application answers 200."""
        self.objects[f"/{BUCKET}/{label}.zip"] = release() if bundle is None else bundle
        location = {"S3Bucket": BUCKET, "S3Key": f"{label}.zip"}
        self.client.create_application_version(
            **{"ApplicationName": "shop", "VersionLabel": label, "SourceBundle": location, **more}
        )

    def version_status(self, label: str) -> str:
        found = self.client.describe_application_versions(ApplicationName="shop", VersionLabels=[label])
        return found["ApplicationVersions"][0]["Status"]

    def create(self, name: str = "shop-prod", *options: dict[str, str], **more: Any) -> str:
        """Start to create an environment of `shop`, and return its id."""
        base = {} if "TemplateName" in more else {"SolutionStackName": PLATFORM}
        answer = self.client.create_environment(
            **{"ApplicationName": "shop", "EnvironmentName": name, "OptionSettings": list(options), **base, **more}
        )
        return answer["EnvironmentId"]

    def launched(self, name: str = "shop-prod", *options: dict[str, str], **more: Any) -> str:
        """Create an environment, wait until it is Ready, and return its id."""
        id_ = self.create(name, *options, **more)
        self.until_status(id_, "Ready")
        return id_

    def healthy(self, name: str = "shop-prod", *options: dict[str, str], **more: Any) -> str:
        """Create an environment, wait until it is Green, and return its id."""
        id_ = self.launched(name, *options, **more)
        self.until_health(id_, "Green")
        return id_

    def describe(self, id_: str) -> "EnvironmentDescriptionTypeDef":
        return self.client.describe_environments(EnvironmentIds=[id_])["Environments"][0]

    def now(self) -> datetime:
        """The time of the account's clock, near enough."""
        return datetime.now(UTC)

    def until(self, condition: Callable[[], object], expected: Callable[[], str]) -> None:
        """Wait until a condition holds."""
        until(condition, expected)

    def until_status(self, id_: str, status: str) -> None:
        self.until(lambda: self.describe(id_)["Status"] == status, lambda: f"{status}, but {self.describe(id_)}")

    def until_health(self, id_: str, *health: str) -> None:
        """Wait for a colour or, under enhanced reporting, a health status."""

        def reached() -> object:
            environment = self.describe(id_)
            return {environment["Health"], environment.get("HealthStatus")} & set(health)

        self.until(reached, lambda: f"{health}, but {self.describe(id_)}")

    def messages(self, **filters: Any) -> list[str]:
        """Return the messages of events, the oldest first."""
        return [event["Message"] for event in reversed(self.client.describe_events(**filters)["Events"])]

    def get(self, name: str, path: str = "/") -> PageAnswer:
        """Request a page by an environment's CNAME or load balancer name."""
        resolved = self.service.resolve(name)
        assert resolved is not None, f"{name} does not resolve"
        connection = http.client.HTTPConnection(resolved.address, resolved.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": name, "Connection": "close"})
            answer = connection.getresponse()
            return PageAnswer(answer.status, answer.getheader(ANSWERED_BY), answer.read().decode())
        finally:
            connection.close()

    def settings(self, **which: str) -> list[dict[str, str | None]]:
        """Return the option settings of an environment or a template: by option name, each set with its status."""
        found = self.client.describe_configuration_settings(ApplicationName="shop", **which)
        return [
            {setting["OptionName"]: setting.get("Value") for setting in one["OptionSettings"]}
            | {"status": one.get("DeploymentStatus")}
            for one in found["ConfigurationSettings"]
        ]

    def answered_by(self, id_: str) -> str | None:
        """Return the environment and the version that answer at the environment's CNAME."""
        return self.get(self.describe(id_)["CNAME"]).answered_by

    @classmethod
    def with_shop(cls, client: "ElasticBeanstalkClient", service: ElasticBeanstalk, objects: dict[str, bytes]) -> Self:
        """Return an account with the application `shop` and its versions v1 and v2, which answer 200."""
        account = cls(client, service, objects)
        client.create_application(ApplicationName="shop")
        account.version("v1")
        account.version("v2")
        return account


def until(condition: Callable[[], object], expected: Callable[[], str], seconds: float = 15) -> None:
    """Wait until a condition holds. Raises WaitLimitError, with `expected()`, after so many real seconds."""
    wait.until(condition, "a condition", seconds, found=lambda: f"no {expected()}", poll_seconds=0.02)
