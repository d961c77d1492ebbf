"""Users of all applications in virtual time: at intervals, each production CNAME is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast
from unittest.mock import patch

from emulator.beanstalk.model import Environment
from emulator.in_memory.hosting import InMemoryHosting
from tools.bench.account import BenchAccount

ASK_SECONDS: Final = 5
DNS_TTL: Final = 60
"""So long users with an old DNS answer ask the environment that had the CNAME before."""


class BenchUsers:
    """Users of all environments that stand now, by their CNAMEs. `failed`: what they got that was no good answer."""

    def __init__(self, account: BenchAccount) -> None:
        self.requests = 0
        self.failed: list[str] = []
        self._account = account
        self._holders: dict[str, Environment | None] = {
            each.cname: each for each in account.memory.service.state.environments.values() if each.cname
        }
        self._left: list[tuple[float, Environment | None]] = []
        """Environments that lost a CNAME, and when users leave them at last."""

    def ask(self) -> None:
        """Ask who holds each CNAME, and those who lost one a moment ago."""
        now, holders = self._account.now, self._holding()
        for cname, before in self._holders.items():
            holder = holders.get(cname)
            if holder is not before:
                self._left.append((now + DNS_TTL, before))
            self._holders[cname] = holder
            self._ask(holder, cname, now)
        self._left = [(until, one) for until, one in self._left if until > now]
        for _, environment in self._left:
            self._ask(environment, "an old DNS answer", now)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask while account time passes in the block."""
        with patch.object(self._account.memory, "advance", self._advancing(self._account.memory.advance)):
            yield

    def _advancing(self, advance: Callable[[float], None]) -> Callable[[float], None]:
        asked = self._account.now

        def advance_and_ask(seconds: float) -> None:
            nonlocal asked
            end = self._account.now + seconds
            while asked + ASK_SECONDS <= end:
                advance(max(0.0, asked + ASK_SECONDS - self._account.now))
                asked += ASK_SECONDS
                self.ask()
            advance(end - self._account.now)

        return advance_and_ask

    def _holding(self) -> dict[str, Environment]:
        environments = self._account.memory.service.state.environments.values()
        return {each.cname: each for each in environments if each.cname and each.cname in self._holders}

    def _ask(self, environment: Environment | None, name: str, now: float) -> None:
        self.requests += 1
        status = cast(InMemoryHosting, environment.hosting).answer("/")[0] if environment else None
        if status != 200:
            self.failed.append(f"{name} at {now:.0f}: {status}")
