"""The server's routes, its proxy, and what it leaves behind."""

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from tests.support.waiting import eventually

SCALE = 0.05


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=SCALE, home=tmp_path_factory.mktemp("account")) as account:
        yield account


def ask(account: Account, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def through_proxy(account: Account, url: str) -> tuple[int, str]:
    proxy = ask(account, "GET", "/_account")[1]["proxy"]
    connection = http.client.HTTPConnection(proxy.removeprefix("http://"), timeout=20)
    try:
        connection.request("GET", url)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_account_describes_itself(account: Account) -> None:
    status, described = ask(account, "GET", "/_account")
    assert status == 200
    assert described["scale"] == SCALE
    assert (described["region"], described["account_id"]) == (REGION, ACCOUNT_ID)
    assert described["proxy"].startswith("http://127.0.0.1:")
    assert described["beanstalk"]["durations"]["launch"] > 0
    assert described["lambda"] == {"invocations": 0, "billed_ms": 0, "running": {}, "functions": {}}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/_account"), ("PUT", "/_account/faults"), ("GET", "/_console/"), ("POST", "/_ministack/reset")],
)
def test_pages_of_other_sites_reach_nothing_that_needs_no_signature(account: Account, method: str, path: str) -> None:
    """A browser sends some requests to any address, and a foreign name may lead to this one.

    Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    for headers in ({"Origin": "http://shop.example"}, {"Host": "shop.example:4566"}):
        status, answer = ask(account, method, path, [], **headers)
        assert status == 403
        assert "shop.example" in answer["error"]


def test_requests_signed_for_elastic_beanstalk_reach_it_and_are_counted(account: Account) -> None:
    before = ask(account, "GET", "/_account/calls")[1].get("DescribeApplications", 0)
    assert account.client("elasticbeanstalk").describe_applications()["Applications"] == []
    assert ask(account, "GET", "/_account/calls")[1]["DescribeApplications"] == before + 1
    assert ask(account, "GET", "/_account")[1]["beanstalk"]["calls"]["DescribeApplications"] == before + 1


def test_all_other_requests_reach_ministack(account: Account) -> None:
    assert account.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID
    account.client("s3").create_bucket(Bucket="bundles")
    assert [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]] == ["bundles"]


def test_the_resolver_and_the_proxy_find_an_environment_by_its_cname(account: Account) -> None:
    status, durations = ask(account, "PUT", "/_account/durations", {"launch": 1, "in_service": 1, "health_check": 1})
    assert (status, durations["launch"]) == (200, 1)
    beanstalk = account.client("elasticbeanstalk")
    beanstalk.create_application(ApplicationName="shop")
    stack = beanstalk.list_available_solution_stacks()["SolutionStacks"][0]
    beanstalk.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", SolutionStackName=stack)

    def environment() -> Any:
        return beanstalk.describe_environments(EnvironmentNames=["shop-prod"])["Environments"][0]

    eventually(lambda: environment()["Status"] == "Ready")
    cname = environment()["CNAME"]
    status, answer = ask(account, "GET", f"/_account/resolve?name={cname}")
    assert (status, answer["name"], answer["address"]) == (200, cname, "127.0.0.1")
    assert answer["ttl"] == pytest.approx(60 * SCALE)
    socket.create_connection((answer["address"], answer["port"]), timeout=5).close()
    eventually(lambda: through_proxy(account, f"http://{cname}/")[0] == 200)


def test_a_name_that_no_environment_has_does_not_resolve(account: Account) -> None:
    status, answer = ask(account, "GET", f"/_account/resolve?name=nobody.{REGION}.elasticbeanstalk.com")
    assert status == 404
    assert "nobody" in answer["error"]


def test_the_proxy_refuses_hosts_outside_of_the_account(account: Account) -> None:
    status, reason = through_proxy(account, "http://example.com/")
    assert status == 503
    assert "The emulated account has no network" in reason


@pytest.mark.parametrize("durations", [{"lunch": 1}, {"launch": "long"}, ["launch"], "launch"])
def test_durations_that_do_not_exist_are_refused(account: Account, durations: Any) -> None:
    before = ask(account, "GET", "/_account")[1]["beanstalk"]["durations"]
    status, answer = ask(account, "PUT", "/_account/durations", durations)
    assert status == 400
    assert "durations" in answer["error"]
    assert ask(account, "GET", "/_account")[1]["beanstalk"]["durations"] == before


@pytest.mark.parametrize(("method", "path"), [("GET", "/_account/elsewhere"), ("DELETE", "/_account")])
def test_an_unknown_route_of_the_control_api_is_not_found(account: Account, method: str, path: str) -> None:
    assert ask(account, method, path)[0] == 404


def test_nothing_listens_beyond_127_0_0_1(account: Account) -> None:
    described = ask(account, "GET", "/_account")[1]
    for url in (account.url, described["proxy"]):
        with pytest.raises(OSError, match=r"refused|unreachable|assign"):
            socket.create_connection(("127.0.0.2", int(url.rpartition(":")[2])), timeout=2)


def test_the_temporary_folder_is_removed_at_the_end(tmp_path: Path) -> None:
    with Account(home=tmp_path):
        assert (tmp_path / "tmp").is_dir()
    assert not (tmp_path / "tmp").exists()
