"""The share of delays with jitter can be chosen."""

import pytest

from emulator.ministack.retry_jitter import RetryJitter


def test_shares_are_drawn_unless_one_is_chosen() -> None:
    jitter = RetryJitter()
    assert len({jitter.drawn() for _ in range(5)}) == 5
    jitter.set(0.25)
    assert {jitter.drawn() for _ in range(5)} == {0.25}
    jitter.set(None)
    assert len({jitter.drawn() for _ in range(5)}) == 5


@pytest.mark.parametrize("share", [-0.1, 1.1, True, "1"])
def test_what_is_no_share_is_refused(share: object) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        RetryJitter().set(share)
