"""The configuration options that Elastic Beanstalk knows: the catalog behind DescribeConfigurationOptions.

`configuration_options.json` holds it, an option a line, with the AWS documents that it comes from. Defaults are those
of the API. A namespace that ends in `*` stands for many, such as `aws:elasticbeanstalk:environment:process:api`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from emulator.beanstalk.platforms import Platform

_FILE = Path(__file__).with_name("configuration_options.json")


class Option(NamedTuple):
    """The name of an option setting. The resource is empty for most."""

    namespace: str
    name: str
    resource: str = ""


@dataclass(frozen=True)
class ConfigurationOption:
    """An option, and the values that it takes.

    `severity`: what a change of it does. `platform`: the only platform that has it, None for all. `named_resource`:
    whether each setting of it names a resource of its own, as a scheduled action.
    """

    option: Option
    severity: str
    value_type: str = "Scalar"
    default: str | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    label: str = ""
    platform: str | None = None
    tier: str | None = None
    named_resource: bool = False
    user_defined: bool = False

    def is_of(self, platform: Platform, *, worker: bool = False) -> bool:
        """Return whether environments of a platform and a tier list the option."""
        tier = "Worker" if worker else "WebServer"
        return (self.platform is None or platform.branch.startswith(self.platform)) and self.tier in (None, tier)

    def described(self) -> dict[str, Any]:
        """Return the option as DescribeConfigurationOptions shows it."""
        return {
            "Namespace": self.option.namespace,
            "Name": self.option.name,
            "DefaultValue": self.default,
            "ChangeSeverity": self.severity,
            "UserDefined": self.user_defined,
            "ValueType": self.value_type,
            "ValueOptions": list(self.choices) or None,
            "MinValue": self.minimum,
            "MaxValue": self.maximum,
            "MaxLength": self.longest,
            "Regex": {"Pattern": self.pattern, "Label": self.label} if self.pattern else None,
        }


def find(namespace: str, name: str) -> ConfigurationOption | None:
    """Return the option of that name, None when Elastic Beanstalk has none."""
    catalog = _catalog()
    if known := catalog.options.get((namespace, name)):
        return known
    kind = namespace.rpartition(":")[0]
    if pattern := catalog.options.get((f"{kind}:*", name)):
        return _renamed(pattern, namespace)
    if namespace in catalog.user_defined and name:
        return ConfigurationOption(Option(namespace, name), catalog.user_defined[namespace], user_defined=True)
    return None


def default(option: Option) -> str:
    """Return the default value of an option, empty without one."""
    known = find(option.namespace, option.name)
    return (known and known.default) or ""


@cache
def listed() -> tuple[ConfigurationOption, ...]:
    """Return every option that has a name of its own, by namespace and name: those that users define are left out."""
    catalog = _catalog()
    single = [option for option in catalog.options.values() if not option.option.namespace.endswith("*")]
    named = [
        _renamed(option, option.option.namespace[:-1] + name)
        for option in catalog.options.values()
        for name in catalog.names.get(option.option.namespace, ())
    ]
    return tuple(sorted([*single, *named], key=lambda each: each.option))


def options(
    platform: Platform | None,
    in_use: Iterable[Option] = (),
    wanted: Sequence[Mapping[str, str]] = (),
    *,
    worker: bool = False,
) -> list[ConfigurationOption]:
    """Return the options of a platform, and those that an environment or a template sets, in order.

    `platform`: None for all. `wanted`: namespaces, names or both of the options to return, none for all.
    """
    found = {each.option: each for each in listed() if platform is None or each.is_of(platform, worker=worker)}
    for option in in_use:
        if option not in found and (known := find(option.namespace, option.name)):
            found[option] = known
    return [found[option] for option in sorted(found) if not wanted or any(_names(one, option) for one in wanted)]


class _Catalog(NamedTuple):
    options: Mapping[tuple[str, str], ConfigurationOption]
    names: Mapping[str, list[str]]
    """The names that exist without a setting, by the namespace that ends in `*`."""
    user_defined: Mapping[str, str]
    """The severity by namespace, where each name is an option."""


@cache
def _catalog() -> _Catalog:
    document = json.loads(_FILE.read_text())
    namespaces = document["namespaces"]
    options = {}
    for namespace, about in namespaces.items():
        for name, each in (about.get("options") or namespaces[about["options_of"]]["options"]).items():
            options[namespace, name] = _option(namespace, name, about, each)
    names = {namespace: about["names"] for namespace, about in namespaces.items() if "names" in about}
    return _Catalog(options, names, document["user_defined"])


def _option(namespace: str, name: str, about: Mapping[str, Any], each: Mapping[str, Any]) -> ConfigurationOption:
    value_type = each.get("type", "Scalar")
    return ConfigurationOption(
        Option(namespace, name, each.get("resource", about.get("resource", ""))),
        each.get("severity", about["severity"]),
        value_type,
        each.get("default"),
        ("true", "false") if value_type == "Boolean" else tuple(each.get("choices", ())),
        each.get("min"),
        each.get("max"),
        each.get("min_length"),
        each.get("max_length"),
        each.get("regex"),
        each.get("label", ""),
        about.get("platform"),
        about.get("tier"),
        about.get("named_resources", False),
    )


def _names(wanted: Mapping[str, str], option: Option) -> bool:
    return wanted.get("Namespace") in (None, option.namespace) and wanted.get("OptionName") in (None, option.name)


def _renamed(option: ConfigurationOption, namespace: str) -> ConfigurationOption:
    return replace(option, option=option.option._replace(namespace=namespace))
