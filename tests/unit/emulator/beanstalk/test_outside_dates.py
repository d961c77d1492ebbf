"""Clients that send their own time see what is new.

https://github.com/einaregilsson/beanstalk-deploy sends the time of its start as StartTime, in this form.
"""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from emulator.beanstalk import ElasticBeanstalk
from emulator.clock import Clock
from emulator.in_memory.account import InMemoryAccount

STARTED_AGO = 100.0
SCALE = 0.1


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> ElasticBeanstalk:
    """Return an account that has run for 100 seconds, which are 1,000 account seconds, with one old event."""
    service = InMemoryAccount().service
    _follow(service, Clock(SCALE, origin=time.time() - STARTED_AGO), monkeypatch)
    service._state.create_application("shop", None, "old")
    return service


def _follow(service: ElasticBeanstalk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the account follow a clock of real time instead of its virtual one."""
    monkeypatch.setattr(service._state, "clock", clock)
    times = service._machine_times._replace(read=clock.account_time, written=clock.machine_time)
    monkeypatch.setattr(service, "_machine_times", times)


def _call(service: ElasticBeanstalk, *, outside: bool = True, **parameters: str) -> tuple[Any, datetime]:
    body = urlencode({"Action": "DescribeEvents", **parameters}).encode()
    status, headers, answer = service.handle(body, {"accept": "application/json"}, outside=outside)
    assert status == 200, answer
    events = json.loads(answer)["DescribeEventsResponse"]["DescribeEventsResult"]["Events"]
    return events, parsedate_to_datetime(headers["Date"])


def _own_time(seconds: float = 0) -> str:
    return datetime.fromtimestamp(time.time() + seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def test_a_client_that_sends_its_own_time_sees_only_what_is_new(service: ElasticBeanstalk) -> None:
    service.switches.set({"outside_dates": "machine"})

    old, _ = _call(service, StartTime=_own_time(-2))
    new, date = _call(service, StartTime=_own_time(2))

    assert len(old) == 3
    assert new == []
    assert abs(old[0]["EventDate"] - time.time()) < 2
    assert abs(date.timestamp() - time.time()) < 2


@pytest.mark.parametrize(
    ("scale", "origin", "now"),
    [
        (0.1, 1790530768.911, 1790531774.8009999),
        (0.1, 1790530768.911, 1790531774.801),
        (0.1, 1790530768.911, 1790531768.917),
        (0.02, 1790732676.053, 1790737693.6529999),
        (0.05, 1790392344.788, 1790394354.5279999),
        (0.001, 1790392344.7883021, 1790394354.5281),
    ],
)
def test_a_date_of_an_answer_may_be_sent_back(
    service: ElasticBeanstalk, monkeypatch: pytest.MonkeyPatch, scale: float, origin: float, now: float
) -> None:
    """Fixed times that floats cannot hold: a conversion there and back may be some nanoseconds late."""
    clock = Clock(scale, origin)
    monkeypatch.setattr(clock, "time", lambda: now)
    _follow(service, clock, monkeypatch)
    service._state.create_application("late", None, "late")
    service.switches.set({"outside_dates": "machine"})
    [newest, *_], _ = _call(service, ApplicationName="late")

    sent = datetime.fromtimestamp(newest["EventDate"], UTC).isoformat()
    again, _ = _call(service, ApplicationName="late", StartTime=sent)

    assert newest in again


@pytest.mark.parametrize(("switch", "outside"), [("account", True), ("machine", False)])
def test_dates_are_account_time_for_functions_and_by_default(
    service: ElasticBeanstalk, switch: str, outside: bool
) -> None:
    service.switches.set({"outside_dates": switch})

    events, date = _call(service, outside=outside)

    ahead = STARTED_AGO / SCALE - STARTED_AGO
    assert abs(events[0]["EventDate"] - time.time() - ahead) < 60
    assert abs(date.timestamp() - time.time() - ahead) < 60
