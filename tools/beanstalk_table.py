"""The table in docs/elastic-beanstalk.md: which operations of Elastic Beanstalk the emulator answers, and where."""

import inspect
from collections.abc import Mapping
from pathlib import Path

import botocore.session

from emulator.beanstalk import ElasticBeanstalk
from emulator.clock import Clock
from emulator.identity import ACCOUNT_ID, REGION

HEADER = ["| operation | answered by |", "|---|---|"]


def operations() -> list[str]:
    """Return the names of all operations in botocore's model of Elastic Beanstalk, sorted."""
    model = botocore.session.get_session().get_service_model("elasticbeanstalk")
    return sorted(model.operation_names)


def modules() -> dict[str, str]:
    """Return the path of the module that answers, by operation, for those that the emulator answers."""
    service = ElasticBeanstalk(
        clock=Clock(1), region=REGION, account_id=ACCOUNT_ID, home=Path("build"), endpoint_url="http://127.0.0.1"
    )
    service.close()
    actions = service._actions  # noqa: SLF001 - only the documentation asks which there are
    return {name: f"{inspect.unwrap(action).__module__.replace('.', '/')}.py" for name, action in actions.items()}


def markdown(names: list[str], answered: Mapping[str, str]) -> str:
    """Return the table, with a count above it."""
    count = f"The emulator answers {sum(name in answered for name in names)} of {len(names)} operations."
    cells = {
        name: f"[`{answered[name]}`](../{answered[name]})" if name in answered else "not answered" for name in names
    }
    return "\n".join([count, "", *HEADER, *(f"| {name} | {cell} |" for name, cell in cells.items())])
