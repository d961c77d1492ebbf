"""Which environments a fleet releases: those that its input names or selects, without two that collide."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import BLUE_TAG, Mode
from lambdas.request import green_name

Request = Mapping[str, Any]
WEB_TIER = "WebServer"
FEW_APPLICATIONS = 5


def standing_environments(request: Request, beanstalk: Beanstalk) -> dict[str, Environment]:
    """Return the environments that a fleet may be about, by name.

    A call for each of a few applications, else one for all: Elastic Beanstalk answers two calls a second.
    """
    named = dict.fromkeys(each.get("application") for each in request.get("releases") or request["environments"])
    if len(named) <= FEW_APPLICATIONS and all(isinstance(each, str) for each in named):
        found = [one for each in named for one in beanstalk.environments_in(str(each))]
    else:
        found = beanstalk.environments()
    return {each.name: each for each in found if not each.gone}


def selected(
    request: Request, environments: Mapping[str, Environment], tags_of: Callable[[Environment], Mapping[str, str]]
) -> tuple[list[dict[str, str]], list[str]]:
    """Return {"application", "blue"} of each selected environment, and what was left out, with the reason.

    They have the order of the entries that select them, so that an input can name what is released first; those of one
    entry have the order of their names. Tags are a call for each environment, so they are read only where they decide.
    """
    entries: list[Request] = request["environments"]
    greens = {green_name(each.name) for each in environments.values()}
    releases: list[tuple[int, dict[str, str]]] = []
    left_out: list[str] = []
    for each in sorted(environments.values(), key=lambda one: one.name):
        tags: Mapping[str, str] | None = None
        matching = [one for one in entries if _matches(one, each)]
        if matching and (each.name in greens or all("tags" in one for one in matching)):
            tags = tags_of(each)
            matching = [one for one in matching if one.get("tags", {}).items() <= tags.items()]
        if not matching:
            continue
        if each.tier != WEB_TIER:
            left_out.append(f"{each.name}: its tier is {each.tier}")
        elif BLUE_TAG in (tags or {}):
            left_out.append(f"{each.name}: it is a clone of {(tags or {})[BLUE_TAG]}")
        else:
            releases.append((entries.index(matching[0]), {"application": each.application, "blue": each.name}))
    return [release for _, release in sorted(releases, key=lambda one: one[0])], left_out


def _matches(selector: Request, environment: Environment) -> bool:
    """Return whether an environment has the selector's application and name."""
    return selector.get("application", environment.application) == environment.application and fnmatchcase(
        environment.name, selector.get("name", "*")
    )


def collisions(requests: Sequence[Request]) -> Iterator[str]:
    """Yield what two releases would both change. `requests`: with every default."""
    blues = [each["blue"] for each in requests]
    greens = [each["green"] for each in requests]
    yield from (f"{name} is in {count} releases" for name, count in _several(blues))
    yield from (f"{name} would be the clone of {count} environments" for name, count in _several(greens))
    yield from (f"{name} is the environment of one release and the clone of another" for name in {*blues} & {*greens})
    cnames = [each["production_cname"].lower() for each in requests if "production_cname" in each]
    yield from (f"{name} is the production CNAME of {count} releases" for name, count in _several(cnames))
    templates = [(each["application"], each["config_template"]) for each in requests if "config_template" in each]
    for (application, template), count in _several(templates):
        yield f"{count} releases of {application} name the saved configuration {template}"


def _several(values: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    return ((value, count) for value, count in Counter(values).items() if count > 1)


def absences(requests: Sequence[Request], environments: Mapping[str, Environment]) -> Iterator[str]:
    """Yield the environments that do not exist in the application of their release."""
    for each in requests:
        found = environments.get(each["blue"])
        if found is None or found.application != each["application"]:
            where = f" (it is in {found.application})" if found else ""
            yield f"no environment {each['blue']} in {each['application']}{where}"


def missing_versions(requests: Sequence[Request], beanstalk: Beanstalk) -> Iterator[str]:
    """Yield the versions that do not exist and that no release registers. One call for each application."""
    wanted: dict[str, dict[str, None]] = {}
    for each in requests:
        if each["mode"] in {Mode.FULL, Mode.DEPLOY} and "source_bundle" not in each:
            wanted.setdefault(each["application"], {})[each["version"]] = None
    for application, labels in wanted.items():
        found = beanstalk.versions(application, *labels)
        yield from (f"no version {label} of {application}" for label in labels if label not in found)


def runs_already(request: Request, environments: Mapping[str, Environment]) -> bool:
    """Return whether a whole release has nothing to do: blue runs the version, is healthy, and has no clone."""
    blue = environments.get(request["blue"])
    return bool(
        blue
        and request["mode"] == Mode.FULL
        and blue.ready
        and blue.version == request["version"]
        and blue.healthy(request["accepted_health"])
        and request["green"] not in environments
    )
