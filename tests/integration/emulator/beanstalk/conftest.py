"""Elastic Beanstalk behind a loopback server that also serves bundles as S3 does, and a boto3 client of it."""

import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.config
import pytest

from emulator.beanstalk import ElasticBeanstalk
from emulator.clock import Clock
from tests.support.source_bundles import release

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_elasticbeanstalk.type_defs import EnvironmentDescriptionTypeDef

SCALE = 0.01
PLATFORM = "64bit Amazon Linux 2023 v4.7.2 running Python 3.13"
ENHANCED = {"Namespace": "aws:elasticbeanstalk:healthreporting:system", "OptionName": "SystemType", "Value": "enhanced"}
BUCKET = "bundles"


class Server(http.server.ThreadingHTTPServer):
    """Calls of Elastic Beanstalk are POSTs to `service`; GETs read `/bucket/key` from `objects`."""

    daemon_threads = True
    block_on_close = False
    service: ElasticBeanstalk
    objects: dict[str, bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

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
        """Tests keep no access log."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="session")
def client(server: Server) -> "Iterator[ElasticBeanstalkClient]":
    connected: ElasticBeanstalkClient = boto3.client(
        "elasticbeanstalk",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False, proxies={}),
    )
    yield connected
    connected.close()


@pytest.fixture
def service(server: Server, tmp_path: Path) -> Iterator[ElasticBeanstalk]:
    running = ElasticBeanstalk(
        clock=Clock(SCALE),
        region="us-east-1",
        account_id="123456789012",
        home=tmp_path / "home",
        endpoint_url=server.url,
    )
    # Short, in account seconds: 100 of them are a second here.
    running.durations.set(
        {"launch": 10, "update": 10, "configure": 5, "abort": 3, "restart": 5, "terminate": 5, "process_version": 2}
        | {"health": 20, "in_service": 5, "unhealthy": 5}
    )
    server.service, server.objects = running, {}
    yield running
    running.close()


@dataclass
class Account:
    """What the tests do over and over with Elastic Beanstalk."""

    client: "ElasticBeanstalkClient"
    service: ElasticBeanstalk
    objects: dict[str, bytes] = field(default_factory=dict)

    def version(self, label: str, bundle: bytes | None = None, **more: Any) -> None:
        """Register a version of `shop`; by default a good one."""
        self.objects[f"/{BUCKET}/{label}.zip"] = release() if bundle is None else bundle
        location = {"S3Bucket": BUCKET, "S3Key": f"{label}.zip"}
        self.client.create_application_version(
            **{"ApplicationName": "shop", "VersionLabel": label, "SourceBundle": location, **more}
        )

    def version_status(self, label: str) -> str:
        found = self.client.describe_application_versions(ApplicationName="shop", VersionLabels=[label])
        return found["ApplicationVersions"][0]["Status"]

    def create(self, name: str = "shop-prod", *options: dict[str, str], **more: Any) -> str:
        """Create an environment of `shop` and return its id."""
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

    def until_status(self, id_: str, status: str) -> None:
        until(lambda: self.describe(id_)["Status"] == status, lambda: f"{status}, but {self.describe(id_)}")

    def until_health(self, id_: str, *health: str) -> None:
        """Wait for a colour or, under enhanced reporting, a health status."""
        until(
            lambda: {self.describe(id_)["Health"], self.describe(id_).get("HealthStatus")} & set(health),
            lambda: f"{health}, but {self.describe(id_)}",
        )

    def messages(self, **filters: Any) -> list[str]:
        """The messages of events, the oldest first."""
        return [event["Message"] for event in reversed(self.client.describe_events(**filters)["Events"])]

    def get(self, name: str, path: str = "/") -> http.client.HTTPResponse:
        """Request a page by the name of an environment; its status and headers."""
        with self._requested(name, path) as answer:
            return answer

    def answered_by(self, id_: str) -> str | None:
        """Which environment, with which version, answers at the environment's CNAME."""
        return self.get(self.describe(id_)["CNAME"]).getheader("X-Answered-By")

    def page(self, name: str) -> str:
        """Request the page `/` by the name of an environment; its content."""
        with self._requested(name, "/") as answer:
            return answer.read().decode()

    @contextmanager
    def _requested(self, name: str, path: str) -> Iterator[http.client.HTTPResponse]:
        answer = self.service.resolve(name)
        assert answer is not None, f"{name} does not resolve"
        connection = http.client.HTTPConnection(answer.address, answer.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": name, "Connection": "close"})
            yield connection.getresponse()
        finally:
            connection.close()


@pytest.fixture
def account(client: "ElasticBeanstalkClient", service: ElasticBeanstalk, server: Server) -> Account:
    """An account with the application `shop` and its good versions v1 and v2."""
    shop = Account(client, service, server.objects)
    client.create_application(ApplicationName="shop")
    shop.version("v1")
    shop.version("v2")
    return shop


def until(condition: Callable[[], object], expected: Callable[[], str], seconds: float = 15) -> None:
    """Wait until a condition holds, looking often. Fails after so many real seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"expected {expected()}"
        time.sleep(0.02)
