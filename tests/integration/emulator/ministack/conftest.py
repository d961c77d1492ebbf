"""One emulated account for all tests of MiniStack's corrections."""

from collections.abc import Iterator

import pytest

from rehearsal.account.account import Account
from tests.support.functions import Functions
from tests.support.roles import make_unrestricted_role
from tests.support.state_machines import FAILS_UNTIL_REDRIVEN, StateMachines
from tests.support.topics import Topics
from tests.support.waiting import SCALE


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=SCALE, home=tmp_path_factory.mktemp("account")) as account:
        make_unrestricted_role(account)
        yield account


@pytest.fixture(scope="session")
def functions(account: Account) -> Functions:
    return Functions(account.client("lambda"))


@pytest.fixture(scope="session")
def machines(account: Account) -> StateMachines:
    return StateMachines(account.client("stepfunctions"))


@pytest.fixture(scope="session")
def fails_until_redriven(functions: Functions) -> str:
    """A function for `redriven_state`."""
    return functions.make(FAILS_UNTIL_REDRIVEN)


@pytest.fixture(scope="session")
def topics(account: Account) -> Topics:
    return Topics(account.client("sns"), account.client("sqs"))
