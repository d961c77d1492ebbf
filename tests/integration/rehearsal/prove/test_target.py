"""The account that is named by boto3's configuration, and its time."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.account.dns import NameNotResolvedError
from rehearsal.prove.errors import ProofError
from rehearsal.prove.target import EventClock, named_target, resolve_by_dns
from tests.support.proof import at

IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws-cn:iam::123456789012:user/me</Arn><UserId>me</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A security token service on loopback, and credentials for it."""

    class FakeTokenService(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(IDENTITY)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeTokenService) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_without_credentials_nothing_is_made() -> None:
    with pytest.raises(ProofError, match=r"Expected credentials of an AWS account and a region.*Nothing was made"):
        named_target(None, "eu-west-1", None)


def test_an_unknown_profile_is_told() -> None:
    with pytest.raises(ProofError, match="The config profile \\(nobody\\) could not be found"):
        named_target("nobody", "eu-west-1", None)


def test_a_missing_region_is_told(endpoint: str) -> None:
    with pytest.raises(ProofError, match="You must specify a region"):
        named_target(None, None, None)


def test_an_account_on_aws_is_described_by_its_caller(endpoint: str) -> None:
    target = named_target(None, "cn-north-1", None)
    assert (target.account_id, target.partition, target.emulated) == ("123456789012", "aws-cn", False)
    variables = target.variables()
    assert variables["AWS_ACCESS_KEY_ID"] == "key"
    assert (variables["CDK_DEFAULT_ACCOUNT"], variables["CDK_DEFAULT_REGION"]) == ("123456789012", "cn-north-1")


def test_a_scale_is_refused_on_aws(endpoint: str) -> None:
    with pytest.raises(ProofError, match="Expected --scale only for an account emulated on this machine"):
        named_target(None, "eu-west-1", 0.1)


def test_an_endpoint_on_loopback_is_an_emulated_account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    target = named_target(None, "eu-west-1", 0.1)
    assert (target.emulated, target.scale) == (True, 0.1)


def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(NameNotResolvedError, match=r"no DNS answer for nowhere\.invalid"):
        resolve_by_dns("nowhere.invalid")


def test_a_name_leads_to_its_address_at_port_80() -> None:
    answer = resolve_by_dns("127.0.0.1")
    assert (answer.address, answer.port) == ("127.0.0.1", 80)


def test_moments_of_this_machine_become_moments_of_the_account() -> None:
    clock = EventClock(real=1000.0, account=at(0), scale=0.1)
    assert clock.at(1002.0) == at(20)
