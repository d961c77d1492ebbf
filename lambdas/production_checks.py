"""The checks of where users are: which CNAME they know, which environment holds it, and whose green it is.

Pure, over the request and what was observed. Each raises ReleaseRefusedError, which says what was expected, what was
found and what to do next. No next step names an environment for removal that may serve users.
"""

from collections.abc import Mapping
from typing import Any

from lambdas.aws.environment import Environment
from lambdas.deployment import BLUE_TAG
from lambdas.observation import Observation
from lambdas.production import same_cname
from lambdas.refusal import require

Request = Mapping[str, Any]


def check_green_is_own_clone(_: Request, observation: Observation) -> None:
    """Require that this tool made green from blue, or takes it over, if there is a green."""
    blue, green, tags = observation.pair.blue, observation.pair.standing.get("green"), observation.green_tags
    if green:
        require(
            tags.get(BLUE_TAG) == blue.name and green.application == blue.application,
            expected=f"{green.name} to be a clone that this tool made of {blue.name}",
            found=f"an environment of {green.application} with the tags {tags}; {_who_serves(observation)}",
            remedy=_way_with_green(green, observation),
            settles=True,
        )


def _who_serves(observation: Observation) -> str:
    """Return in words where users are, as far as it is known."""
    pair, cname = observation.pair, observation.pair.production_cname
    held = ", ".join(f"{each.name} holds {each.cname}" for each in (*pair.standing.values(), *observation.neighbours))
    if pair.holder:
        return f"users are served by {pair.holder.name}, which holds the production CNAME {cname}"
    if cname:
        return f"neither {' nor '.join(pair.names.values())} holds the production CNAME {cname}: {held}"
    return f"which CNAME users know is written nowhere: {held}"


def _way_with_green(green: Environment, observation: Observation) -> str:
    pair, foreign = observation.pair, BLUE_TAG in observation.green_tags
    if foreign or green.application != pair.blue.application or pair.holder == pair.blue:
        return "Choose another name for `green`"
    if pair.holder == green:
        return (
            f"Leave {green.name} alone while it serves. To take it over and end its release, set `adopt_green` to true"
        )
    return (
        "Leave both alone. Name the CNAME that users know as `production_cname`; if it is that of "
        f"{green.name}, also set `adopt_green` to true, which takes {green.name} over and ends its release"
    )


def check_production_known(request: Request, observation: Observation) -> None:
    """Require that something tells which CNAME users know, if it may be that of another environment."""
    pair = observation.pair
    require(
        pair.production_cname,
        expected=f"a record, a tag of {pair.names['green']} or the input to tell which CNAME users know",
        found=f"none, and the CNAME of {pair.blue.name} may have been swapped: {_who_serves(observation)}",
        remedy=f"Name that CNAME as `production_cname`. If another environment than {pair.blue.name} holds it, also "
        "name that one as `green`, and set `adopt_green` to true, which takes it over",
        settles=True,
    )
    given = request.get("production_cname")
    require(
        given is None or same_cname(given, pair.production_cname),
        expected=f"`production_cname` to be {pair.production_cname}, as the tag of {pair.names['green']} says",
        found=str(given),
        remedy="Leave `production_cname` out",
    )


def check_production_cname(request: Request, observation: Observation) -> None:
    """Require that blue or green holds the production CNAME."""
    pair = observation.pair
    remedy = "Give the production CNAME back to one of the two"
    holders = _holders(pair.production_cname, observation)
    if holders:
        remedy = f"Name {holders[0]} as `green`, and set `adopt_green` to true if this tool did not make it"
    elif "production_cname" in request:
        remedy = "Name a CNAME of Elastic Beanstalk as `production_cname`, not a domain of your own that leads to it"
    require(
        pair.holder,
        expected=f"{' or '.join(pair.names.values())} to hold the production CNAME {pair.production_cname}",
        found=_who_serves(observation),
        remedy=remedy,
        settles=True,
    )


def _holders(cname: str, observation: Observation) -> list[str]:
    blue = observation.pair.standing.get("blue")
    others = (each for each in (*observation.pair.standing.values(), *observation.neighbours) if each != blue)
    return [each.name for each in others if same_cname(each.cname, cname)]


def check_record(request: Request, observation: Observation) -> None:
    """Require that the record names the observed production CNAME. If not, a person has to say which one is right."""
    record, blue = observation.record, observation.pair.blue
    if record is None or record.production_cname == observation.pair.production_cname:
        return
    remedy = f"Give {blue.name} that CNAME back, or delete {record.where} if the present one is right"
    holders = _holders(record.production_cname, observation)
    if holders:
        remedy = f"Name {holders[0]} as `green`, or give {blue.name} its CNAME back"
    if "production_cname" in request:
        remedy = f"Leave `production_cname` out if the record is right, or delete {record.where} if it is not"
    require(
        condition=False,
        expected=f"the production CNAME of {blue.name} to be {record.production_cname}, as its record says",
        found=f"{blue.name} at {blue.cname}, and {record.production_cname} at "
        f"{', '.join(holders) or 'no environment of the application'}",
        remedy=remedy,
        settles=True,
    )
