"""What Plan decides: the deployment, and where the workflow starts. No calls of AWS."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lambdas.deployment import CONFIG_TEMPLATE_TAG, Deployment, Mode, NextStep
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
    decided = {
        "version": version,
        "blue_id": pair.blue.id,
        "green_id": green.id if green else None,
        "production_cname": pair.production_cname,
        "previous_version": live.version or "",
        "green_version": (green.version if green else launched) or "",
        "next_step": next_step(mode, request["accepted_health"], observation),
        "config_template": template or request.get("config_template", template_name(pair.blue.name, visit)),
        "drain_until": "",
        "tested_update": _last_update(observation),
    }
    deployment = Deployment.from_json({**request, **decided})
    # A failed run may have swapped a moment ago. Clients with old DNS answers are on blue then.
    return deployment.drained(since=observation.event_logs[pair.live_role].last_swap or visit.now)


def _last_update(observation: Observation) -> str:
    """Return when the last update of blue began, if blue runs the version and is not deployed again."""
    log = observation.event_logs.get("blue")
    began = log.last_operation.began if log and observation.blue_runs_version else None
    return began.isoformat() if began else ""


def template_name(blue: str, visit: Visit) -> str:
    """Return the name of the saved configuration: of this execution alone, in whatever stack it runs."""
    return f"bluegreen-{blue}-{visit.digest}"


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
    return DESCRIPTIONS[deployment.next_step].format(**deployment.to_json())
