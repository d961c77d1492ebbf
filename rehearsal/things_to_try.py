"""What people can try in an account that is kept: versions that fail, an alarm, and users of the shop."""

from contextlib import AbstractContextManager, nullcontext

from rehearsal.account import samples
from rehearsal.planned_failures import ALARM
from rehearsal.prepare import Prepared
from rehearsal.traffic import Traffic

CLIENTS = 2
KEPT_REQUESTS = 100
"""Nobody asks for the requests of these users later; load balancers count them."""


def offer_failures(prepared: Prepared) -> None:
    """Register the sample versions that fail, and make an alarm that a release can watch."""
    for version, problem in samples.PROBLEMS.items():
        prepared.shop.register_bundle(version, samples.bundle(version), problem)
    prepared.testbed.set_alarm(ALARM, "OK")


def users(prepared: Prepared, requests_per_second: int) -> AbstractContextManager[object]:
    """Return a context in which users send requests to the shop."""
    if not requests_per_second:
        return nullcontext()
    return Traffic(
        prepared.shop.cname,
        prepared.testbed.control.resolve,
        clients=CLIENTS,
        requests_per_second=requests_per_second,
        kept=KEPT_REQUESTS,
    )
