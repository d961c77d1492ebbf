"""The account's DNS knows the names of environments, and those in its hosted zones."""

from typing import Any

import pytest

from emulator.beanstalk.dns import ResolvedName
from emulator.domain_names import DomainNames

CNAME = "shop.us-east-1.elasticbeanstalk.com"
ADDRESS = "203.0.113.7"


def environments(name: str) -> ResolvedName | None:
    known = {CNAME: "198.18.0.1", "lb.elb.amazonaws.com": "198.18.0.1", ADDRESS: ADDRESS}
    found = known.get(name.lower().rstrip("."))
    return ResolvedName(name, "127.0.0.1", 8000, 60.0, found) if found else None


def record(name: str, type_: str, *values: str, ttl: int = 300, **more: Any) -> dict[str, Any]:
    return {"Name": f"{name}.", "Type": type_, "TTL": str(ttl), "ResourceRecords": list(values), **more}


def alias(name: str, target: str) -> dict[str, Any]:
    return {"Name": f"{name}.", "Type": "A", "AliasTarget": {"DNSName": f"{target}.", "HostedZoneId": "Z117KPS5GTRQ2G"}}


def names(*records: dict[str, Any]) -> DomainNames:
    return DomainNames(environments, lambda: records, "us-east-1")


def test_the_name_of_an_environment_is_known_without_a_zone() -> None:
    assert names().resolve(CNAME) == environments(CNAME)


@pytest.mark.parametrize(
    "made",
    [
        record("www.shop.example", "CNAME", CNAME),
        alias("www.shop.example", CNAME),
        alias("www.shop.example", "dualstack.lb.elb.amazonaws.com"),
        record("www.shop.example", "A", ADDRESS),
        record(r"\052.shop.example", "CNAME", CNAME),
    ],
    ids=["CNAME", "alias of a CNAME", "alias of a load balancer", "address", "wildcard"],
)
def test_a_record_leads_to_the_environment(made: dict[str, Any]) -> None:
    found = names(made).resolve("WWW.shop.example.")
    assert found is not None
    assert (found.name, found.port) == ("www.shop.example", 8000)


def test_records_may_follow_each_other_and_the_shortest_ttl_counts() -> None:
    found = names(record("www.shop.example", "CNAME", "live.shop.example", ttl=20), alias("live.shop.example", CNAME))
    assert (answer := found.resolve("www.shop.example")) is not None
    assert answer.ttl == 20


def test_the_name_itself_goes_before_a_wildcard() -> None:
    both = names(record("*.shop.example", "CNAME", "nowhere.example"), record("www.shop.example", "CNAME", CNAME))
    assert both.resolve("www.shop.example") is not None
    assert both.resolve("api.shop.example") is None


@pytest.mark.parametrize(
    "records",
    [
        (),
        (record("www.shop.example", "TXT", CNAME),),
        (record("www.shop.example", "CNAME", "gone.us-east-1.elasticbeanstalk.com"),),
        (record("www.shop.example", "CNAME", "www.shop.example"),),
    ],
    ids=["no record", "another type", "a target that is gone", "a circle"],
)
def test_other_names_do_not_resolve(records: tuple[dict[str, Any], ...]) -> None:
    assert names(*records).resolve("www.shop.example") is None


def test_a_latency_record_of_the_region_is_chosen() -> None:
    """docker-beanstalk-bluegreen writes records with a region:
    https://github.com/DNXLabs/docker-beanstalk-bluegreen/blob/a0e3535/src/swap_environment.py
    """
    far = record("www.shop.example", "CNAME", "far.example", Region="eu-west-1", SetIdentifier="far")
    near = record("www.shop.example", "CNAME", CNAME, Region="us-east-1", SetIdentifier="near")
    assert names(far, near).resolve("www.shop.example") is not None


def test_a_weight_of_zero_is_not_chosen() -> None:
    off = record("www.shop.example", "CNAME", "off.example", Weight=0, SetIdentifier="off")
    on = record("www.shop.example", "CNAME", CNAME, Weight=10, SetIdentifier="on")
    assert all(names(off, on).resolve("www.shop.example") for _ in range(20))


def test_the_primary_of_a_failover_is_chosen() -> None:
    second = record("www.shop.example", "CNAME", "second.example", Failover="SECONDARY", SetIdentifier="2")
    first = record("www.shop.example", "CNAME", CNAME, Failover="PRIMARY", SetIdentifier="1")
    assert names(second, first).resolve("www.shop.example") is not None
