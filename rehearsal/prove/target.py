"""The account that is proved in: AWS, or one emulated on this machine. Everything goes through AWS's public APIs.

Only names are resolved in another way in an emulated account, which has no DNS server.
"""

import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.account.dns import DnsAnswer, NameNotResolvedError
from rehearsal.prove.errors import ProofError
from rehearsal.traffic import Resolve
from rehearsal.wait import until

POLL_SECONDS = 10.0
"""Between two looks. Elastic Beanstalk answers about two Describe calls a second for a whole account and region."""
SHORTEST_POLL = 0.2
SHORTEST_WAIT = 300.0
"""Real seconds. An emulated account runs fast, but starts and stops programs at the machine's own speed."""
HTTP_PORT = 80
LOOK_UP_SECONDS = 5.0
"""How long traffic keeps a DNS answer. The system's resolver behind it keeps answers for their TTL."""
RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 8})
PASSED_ON = ("AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_CONFIG_FILE")


@dataclass(frozen=True)
class ProofTarget:
    """An account, as the proof uses it.

    `caller`: the ARN of the caller. `client`: returns a boto3 client of a service. `variables`: returns those that
    point the CDK CLI at the account. `resolve`: looks a name up. `scale`: real seconds that one of its seconds takes.
    """

    account_id: str
    region: str
    caller: str
    emulated: bool
    scale: float
    client: Callable[[str], Any]
    variables: Callable[[], Mapping[str, str]]
    resolve: Resolve

    @property
    def partition(self) -> str:
        """The partition of the account's ARNs, such as aws or aws-cn."""
        return self.caller.split(":")[1]

    @property
    def poll_seconds(self) -> float:
        """Real seconds between two looks."""
        return max(SHORTEST_POLL, POLL_SECONDS * self.scale)

    def until(
        self, condition: Callable[[], object], expected: str, minutes: float, found: Callable[[], object] | None = None
    ) -> None:
        """Return when the condition holds. `minutes`: of the account. Raises WaitLimitError."""
        seconds = max(SHORTEST_WAIT, minutes * 60 * self.scale)
        until(condition, expected, seconds, found=found, poll_seconds=self.poll_seconds)


@dataclass(frozen=True)
class EventClock:
    """Converts moments of this machine into the account's time, in which events are dated.

    `real` and `account` are the same moment, in real epoch seconds and as the account dates it.
    """

    real: float
    account: datetime
    scale: float

    def at(self, real: float) -> datetime:
        """Return the account's time at a real epoch second."""
        return self.account.astimezone(UTC) + timedelta(seconds=(real - self.real) / self.scale)


def emulated_target(account: Account, scale: float) -> ProofTarget:
    """Return an account that runs on this machine."""
    return ProofTarget(
        account_id=ACCOUNT_ID,
        region=REGION,
        caller=f"arn:aws:iam::{ACCOUNT_ID}:root",
        emulated=True,
        scale=scale,
        client=account.client,
        variables=account.environment,
        resolve=Control(account.url).resolve,
    )


def named_target(profile: str | None, region: str | None, scale: float | None) -> ProofTarget:
    """Return the account of boto3's credentials. Raises ProofError when they are of no account."""
    try:
        session: Any = boto3.Session(profile_name=profile, region_name=region)
        identity = session.client("sts", config=RETRIES).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise ProofError(
            f"Expected credentials of an AWS account and a region. Found none that work: {error}."
            " Name --profile and --region, or log in, and run again. Nothing was made."
        ) from error
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    emulated = endpoint is not None and _is_loopback(endpoint)
    if scale is not None and not emulated:
        raise ProofError(
            "Expected --scale only for an account emulated on this machine. Found it with one on AWS, whose time"
            " cannot be scaled. Leave it out. Nothing was made."
        )
    return ProofTarget(
        account_id=identity["Account"],
        region=session.region_name,
        caller=identity["Arn"],
        emulated=emulated,
        scale=scale or 1.0,
        client=lambda service: session.client(service, config=RETRIES),
        variables=lambda: _variables(session, identity["Account"]),
        resolve=Control(str(endpoint)).resolve if emulated else resolve_by_dns,
    )


def resolve_by_dns(name: str) -> DnsAnswer:
    """Return the address of a name, by the system's resolver. Raises NameNotResolvedError."""
    try:
        found = socket.getaddrinfo(name, HTTP_PORT, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NameNotResolvedError(f"no DNS answer for {name}") from error
    return DnsAnswer(str(found[0][4][0]), HTTP_PORT, LOOK_UP_SECONDS)


def _variables(session: Any, account_id: str) -> dict[str, str]:
    """Return the session's credentials and region as variables. They are read again each time: they may expire."""
    credentials = session.get_credentials()
    if credentials is None:
        raise ProofError("Expected credentials for the CDK CLI. Found none. Log in, and run again.")
    frozen = credentials.get_frozen_credentials()
    region = str(session.region_name)
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
        "AWS_ACCESS_KEY_ID": str(frozen.access_key),
        "AWS_SECRET_ACCESS_KEY": str(frozen.secret_key),
        "AWS_SESSION_TOKEN": frozen.token or "",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "CDK_DEFAULT_ACCOUNT": account_id,
        "CDK_DEFAULT_REGION": region,
    }


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
