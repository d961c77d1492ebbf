"""Route 53: the records that MiniStack keeps, for the account's DNS, which MiniStack does not have."""

from typing import Any

from ministack.core.responses import set_request_account_id
from ministack.services import route53

from emulator.identity import ACCESS_KEY


def record_sets() -> list[dict[str, Any]]:
    """Return all record sets of the account's hosted zones."""
    set_request_account_id(ACCESS_KEY)
    with route53._lock:
        return [each for sets in route53._records.values() for each in sets]
