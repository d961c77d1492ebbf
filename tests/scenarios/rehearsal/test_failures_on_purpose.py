"""Failures on purpose: each is found by the stage that it names, users are protected, and the rerun succeeds.

The other failures of `--fail` differ only in their cause, and other scenarios have these causes.
"""

import io

import pytest
from rich.console import Console

from rehearsal.planned_failures import FAILURES
from rehearsal.prepare import Prepared
from rehearsal.release import release
from rehearsal.report.evidence import at_the_end, problems
from rehearsal.report.progress import Progress
from tests.support.shop import sample_bundle
from tests.support.testbed import ScenarioTestbed

CHOSEN = ("approval",)
"""One: each takes 20 seconds."""


@pytest.mark.parametrize("name", CHOSEN)
def test_it_fails_where_it_says_and_the_rerun_releases(testbed: ScenarioTestbed, name: str) -> None:
    failure, shop, output = FAILURES[name], testbed.open_shop(), io.StringIO()
    if failure.bundle != "v2":
        testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v2")
        shop.register_bundle("v2", sample_bundle(failure.bundle))
        shop.until_processed("v2")

    found = release(Prepared(testbed, shop), Progress(Console(file=output, width=200)), failure)

    assert problems(found) == [], output.getvalue()
    assert found.attempt
    assert found.outcome.status == "SUCCEEDED"
    assert list(at_the_end(found)) == [f"{shop.blue}/{'v2.1' if failure.corrected else 'v2'}"]
    assert f"v2 failed on purpose in {failure.failed_in}: {failure.what}." in output.getvalue()
    assert ("Users were protected" in output.getvalue()) != failure.loses_requests
