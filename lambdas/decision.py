"""What Plan decides: the deployment, and where the workflow starts. No calls of AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from lambdas.capacity import MATCH, TEMPLATE, needed_instances
from lambdas.deployment import CONFIG_TEMPLATE_TAG, Deployment, Mode, NextStep, Role
from lambdas.observation import Observation
from lambdas.visit import Visit

DESCRIPTIONS: Final = {
    NextStep.RELEASE: "clone {blue} into {green}, give it the users, deploy {version} onto {blue}, test it, "
    "give the users back, terminate {green}",
    NextStep.DEPLOY: "deploy {version} onto {blue} while {green} serves, test it, give the users back, "
    "terminate {green}",
    NextStep.TEST: "test {blue}, give the users back to it, terminate {green}",
    NextStep.FINISH: "watch {blue}, which serves {version} already, and terminate {green}",
    NextStep.NOTHING: "nothing: {blue} serves {version} already",
}
"""What a release would do from each next step on."""


def decide(request: Mapping[str, Any], observation: Observation, visit: Visit) -> Deployment:
    """Return the deployment that the completed and checked request asks for."""
    pair, version, mode = observation.pair, observation.version, request["mode"]
    live, green = pair.live, pair.standing.get("green")
    # A rollback replaces a version that fails its users: green is launched with the good one.
    launched = version if mode == Mode.ROLLBACK else live.version
    # Green has a saved configuration of its own, which is deleted with green.
    template = observation.green_tags.get(CONFIG_TEMPLATE_TAG)
    asked_template = None if observation.template_is_taken else request.get("config_template")
    decided = {
        "version": version,
        "blue_id": pair.blue.id,
        "green_id": green.id if green else None,
        "adopted": observation.adopted,
        "production_cname": pair.production_cname,
        "previous_version": live.version or "",
        "green_version": (green.version if green else launched) or "",
        "next_step": next_step(mode, request["accepted_health"], observation),
        "config_template": template or asked_template or template_name(pair.blue.name, visit),
        "drain_until": "",
        "tested_update": _last_update(observation),
    }
    deployment = Deployment.from_json({**request, **decided})
    deployment = replace(deployment, sizing=planned_sizing(deployment, observation))
    # A failed run may have swapped a moment ago. Clients with old DNS answers are on blue then.
    return deployment.drained(since=observation.event_logs[pair.live_role].last_swap or visit.present())


def _last_update(observation: Observation) -> str:
    """Return when the last update of blue began, if blue runs the version and is not deployed again."""
    log = observation.event_logs.get("blue")
    began = log.last_operation.began if log and observation.blue_runs_version else None
    return began.isoformat() if began else ""


def template_prefix(blue: str) -> str:
    """Return the first characters of the names that this tool gives to saved configurations of blue."""
    return f"bluegreen-{blue}-"


def template_name(blue: str, visit: Visit) -> str:
    """Return the name of the saved configuration: of this execution alone, in whatever stack it runs."""
    return f"{template_prefix(blue)}{visit.digest}"


def next_step(mode: Mode, accepted: Sequence[str], observation: Observation) -> NextStep:
    """Return where the workflow goes after Plan."""
    pair = observation.pair
    if pair.live != pair.blue:
        return NextStep.TEST if mode == Mode.CUTOVER else NextStep.DEPLOY
    if observation.blue_runs_version:
        if "green" in pair.standing:
            return NextStep.FINISH
        # A rollback to the version that blue runs is asked for because blue fails with it: it is deployed anew.
        fails = mode == Mode.ROLLBACK and not pair.blue.healthy(accepted)
        return NextStep.RELEASE if fails else NextStep.NOTHING
    return NextStep.RELEASE


def describe(deployment: Deployment) -> str:
    """Return in words what the release would do."""
    return DESCRIPTIONS[deployment.next_step].format(**deployment.to_json()) + deployment.sizing


def planned_sizing(deployment: Deployment, observation: Observation) -> str:
    """Return in words how many instances the environment has that gets the users next. Nothing, when none gets them."""
    if deployment.next_step in {NextStep.FINISH, NextStep.NOTHING}:
        return ""
    pair = observation.pair
    to: Role = "blue" if pair.live_role == "green" else "green"
    name, live = pair.names[to], pair.live
    if deployment.capacity == TEMPLATE:
        return f". {name} gets the users with the instances that its configuration gives it, whatever {live.name} has"
    needed = needed_instances(deployment.capacity, observation.groups[live.id])
    group = observation.groups.get(pair.standing[to].id) if to in pair.standing else None
    maximum = group.maximum if group else observation.options.maximum
    asked = f"{live.name} has in service" if deployment.capacity == MATCH else "`capacity` asks for"
    if needed > maximum:
        return f". {name} gets the users with {instances(maximum)}, its MaxSize, fewer than the {needed} that {asked}"
    return f". {name} gets the users with at least {instances(needed)}, as many as {asked}"


def instances(number: int) -> str:
    """Return a number of instances in words."""
    return f"{number} instance{'' if number == 1 else 's'}"
