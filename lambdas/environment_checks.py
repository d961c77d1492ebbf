"""The checks of blue and green: pure, over the request and what was observed.

Each raises ReleaseRefusedError, which says what was expected, what was found and what to do next.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from lambdas.deployment import Mode
from lambdas.observation import Observation
from lambdas.refusal import require

Request = Mapping[str, Any]

MAX_TAGS: Final = 50 - 3 - 4
"""Elastic Beanstalk's limit, less its own tags, less those that CloneBlue adds to green."""


def check_blue_exists(request: Request, observation: Observation) -> None:
    """Require that blue exists in the application."""
    blue = observation.pair.standing.get("blue")
    require(
        blue and blue.application == request["application"],
        expected=f"an environment named {request['blue']} in the application {request['application']}",
        found=f"it in {blue.application}" if blue else "none",
        settles=True,
    )


def check_test_urls(request: Request, observation: Observation) -> None:
    """Require that no test asks the production CNAME: green serves there while blue is tested."""
    pair = observation.pair
    for test in request["health_checks"] or [request["health_check"]]:
        host = (urlsplit(test.get("url", "")).hostname or "").rstrip(".")
        require(
            not host or host != pair.production_cname.lower(),
            expected=f"the test of {pair.blue.name} to ask {pair.blue.name}",
            found=f"the url {host}, the production CNAME, where {pair.names['green']} answers during the test",
            remedy="Test by `path`, with `host` if the application needs a name",
        )


def check_hosts(_: Request, observation: Observation) -> None:
    """Require that DNS knows the hosts that the tests ask: the tests come only once green has the users."""
    require(
        not observation.unknown_hosts,
        expected=f"DNS to know the hosts that the tests of {observation.pair.blue.name} ask",
        found=f"no address of {' or of '.join(observation.unknown_hosts)}",
        remedy="Correct the `url`, or test by `path`",
        settles=True,
    )


def check_tags(_: Request, observation: Observation) -> None:
    """Require room for green's own tags beside blue's."""
    require(
        len(observation.blue_tags) <= MAX_TAGS,
        expected=f"{observation.pair.blue.name} to have at most {MAX_TAGS} tags, which leaves room for four on green",
        found=str(len(observation.blue_tags)),
        remedy="Remove tags that are not needed",
    )


def check_live_environment(request: Request, observation: Observation) -> None:
    """Require that blue is Ready and healthy if it serves. If green serves, a release is the way back to blue."""
    live, accepted = observation.pair.live, request["accepted_health"]
    require(
        live != observation.pair.blue or (live.ready and live.healthy(accepted)),
        expected=f"{live.name}, which serves users, to be Ready and healthy ({', '.join(accepted)})",
        found=str(live),
        remedy="Wait for the operation in progress, or repair the environment",
        settles=True,
    )


def check_live_version(_: Request, observation: Observation) -> None:
    """Require that the live version is registered: green is to run it, too."""
    live = observation.pair.live
    require(
        live.version in observation.versions,
        expected=f"the version that {live.name} runs to be registered, for green to run it too",
        found=f"no version {live.version}: the sample application, or a version that was deleted",
        remedy=f"Deploy a registered version onto {live.name}",
        settles=True,
    )


def check_cutover(request: Request, observation: Observation) -> None:
    """Require for a cutover that blue runs the version: a release in `deploy` mode put it there."""
    live, blue = observation.pair.live, observation.pair.blue
    require(
        request["mode"] != Mode.CUTOVER or observation.blue_runs_version,
        expected=f"green to serve users and {blue.name} to run {observation.version}, deployed to its end, "
        "before a cutover",
        found=f"{live.name} serving {live.version}, and {blue.name} running {blue.version}",
        remedy="Release with the mode `deploy` or `full`",
        settles=True,
    )


def check_something_deployed(request: Request, observation: Observation) -> None:
    """Require for a cutover that something was deployed: onto blue, since users have left it, or ever by a release.

    An execution that took the environment before has passed this check. It may have swapped since.
    """
    record, pair = observation.record, observation.pair
    if request["mode"] != Mode.CUTOVER or (record and not observation.holder):
        return
    blue, live, log = pair.blue, pair.live, observation.event_logs["blue"]
    remedy = "Release with the mode `deploy` or `full`"
    require(
        record or live != blue or "green" in pair.standing or request.get("version"),
        expected=f"a release to have deployed onto {blue.name} before a cutover",
        found=f"no record of any, and {blue.name} serving {blue.version}",
        remedy=remedy,
    )
    deployed = log.last_deployment.began if log.last_deployment else None
    require(
        live == blue or blue.version != live.version or not deployed or not log.last_swap or deployed > log.last_swap,
        expected=f"a version to be deployed onto {blue.name} after users have left it, and before a cutover",
        found=f"{blue.name} running {blue.version} as {live.name} does, last deployed before users left it",
        remedy=remedy,
        settles=True,
    )


def check_green_version(_: Request, observation: Observation) -> None:
    """Require that a green which is to be used again runs blue's version."""
    pair, green = observation.pair, observation.pair.standing.get("green")
    if green and pair.live == pair.blue and not observation.blue_runs_version:
        require(
            green.version == pair.blue.version,
            expected=f"{green.name}, left by an earlier release, to run {pair.blue.version} as {pair.blue.name} does",
            found=str(green.version),
            remedy=f"Terminate {green.name}, which serves no users; or release {pair.blue.version} to end that release,"
            " or roll it back (`mode`: `rollback`)",
            settles=True,
        )
