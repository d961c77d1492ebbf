"""The options of the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.beanstalk.bundle.start_commands import NODE, PYTHON
from rehearsal import arguments
from rehearsal.planned_failures import FAILURES

DEFAULT_SCALE = 0.1
ACCOUNT_PORT = 4566
USERS, MOST_USERS = 5, 100
"""The requests a second of users in an account that is kept. By default few: the account may run for days."""
BUILD = Path("build")
EXAMPLES = """examples:
  release v2 of the sample shop:      make rehearse
  let a release fail on purpose:      make rehearse ARGS="--fail test"
  release an application of yours:    make rehearse ARGS="--bundle app.zip"
  release a fleet:                    make rehearse ARGS="--fleet 12"
  keep the account after the release: make rehearse ARGS=--keep
  watch the release in a browser:     make rehearse ARGS=--open
  keep an account, release nothing:   make account
  without make:                       python -m rehearsal; python -m rehearsal account --port 4566
"""
SMALLEST_FLEET, LARGEST_FLEET = 3, 100
"""Three waves need three environments. An account has 200 environments, and a release needs two."""
PLATFORMS = {"python": PYTHON, "node": NODE}


@dataclass(frozen=True)
class ReleaseOptions:
    """How to rehearse a release.

    `port`: 0 takes a free one. `bundle`: the file to release, else the shop's v2. `platform`: the bundle's language,
    None takes it from the bundle. `settings`: option settings of the shop's environment, as CreateEnvironment takes
    them. `capacity`: requests a second that each instance can take, None for no limit. `fail`: the failure that is made
    on purpose, in words of rehearsal.planned_failures; None for none. `fleet`: the number of environments to release as
    a fleet, None for a single release. `open`: tell the address of the account's console before the release, and keep
    the account until a signal.
    """

    scale: float
    port: int
    bundle: Path | None
    platform: str | None
    settings: list[dict[str, str]]
    capacity: float | None
    fail: str | None
    keep: bool
    fleet: int | None
    open: bool
    output: Path


@dataclass(frozen=True)
class AccountOptions:
    """How to keep an account. `users`: requests a second that users send to the shop."""

    scale: float
    port: int
    users: int
    output: Path


def read_release_options(given: Sequence[str]) -> ReleaseOptions:
    """Return the options of a release. Raises SystemExit, with a usage message, when they are wrong."""
    parser = _parser(
        "python -m rehearsal", "Rehearse a release in an AWS account on this machine.", BUILD / "rehearsal"
    )
    parser.add_argument(
        "--port", type=arguments.port, default=0, help="port of the account on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument("--bundle", type=Path, help="your own source bundle, to release as v2")
    parser.add_argument(
        "--platform",
        type=_platform,
        metavar="{python,node}",
        help="the platform that your bundle runs on (default: by the files in it)",
    )
    parser.add_argument(
        "--option",
        dest="settings",
        type=_setting,
        action="append",
        default=[],
        metavar="NAMESPACE:NAME=VALUE",
        help="an option setting of the environment, such as aws:autoscaling:asg:MinSize=3; may be given several times",
    )
    parser.add_argument(
        "--capacity",
        type=_capacity,
        metavar="NUMBER",
        help="requests a second that each instance can take (default: no limit)",
    )
    parser.add_argument(
        "--fail", choices=FAILURES, help="let the release fail there on purpose, then show the rerun after the repair"
    )
    parser.add_argument(
        "--fleet", type=_fleet, metavar="NUMBER", help=f"release a fleet of environments, {SMALLEST_FLEET} or more"
    )
    parser.add_argument("--keep", action="store_true", help="keep the account running after the release")
    parser.add_argument(
        "--open", action="store_true", help="print the address of the account's console, and keep it until Ctrl-C"
    )
    options = ReleaseOptions(**vars(parser.parse_args(given)))
    if options.fail and (options.bundle or options.fleet):
        parser.error("--fail is one release of a bundle of its own: leave out --bundle and --fleet")
    if options.open and options.fleet:
        parser.error("--open shows one release: leave out --fleet")
    return options


def read_account_options(given: Sequence[str]) -> AccountOptions:
    """Return the options of an account. Raises SystemExit, with a usage message, when they are wrong."""
    description = "Keep an AWS account running on this machine, with the stack deployed and the shop live."
    parser = _parser("python -m rehearsal account", description, BUILD / "account")
    parser.add_argument(
        "--port", type=arguments.port, default=ACCOUNT_PORT, help="port on 127.0.0.1 (default: %(default)s)"
    )
    parser.add_argument(
        "--users",
        type=_users,
        metavar="NUMBER",
        default=USERS,
        help="requests a second that users send to the shop; 0 for no users (default: %(default)s)",
    )
    return AccountOptions(**vars(parser.parse_args(given)))


def _parser(program: str, description: str, output: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--scale",
        type=arguments.scale(0.01),
        default=DEFAULT_SCALE,
        help="real seconds that one account second takes (default: %(default)s, ten times faster than AWS)",
    )
    parser.add_argument("--output", type=Path, default=output, help="folder for all files (default: %(default)s)")
    return parser


def _platform(text: str) -> str:
    if text in PLATFORMS:
        return PLATFORMS[text]
    raise argparse.ArgumentTypeError(f"expected python or node, found {text!r}")


def _setting(text: str) -> dict[str, str]:
    option, separator, value = text.partition("=")
    namespace, _, name = option.rpartition(":")
    if separator and namespace and name:
        return {"Namespace": namespace, "OptionName": name, "Value": value}
    raise argparse.ArgumentTypeError(f"expected NAMESPACE:NAME=VALUE, found {text!r}")


def _fleet(text: str) -> int:
    if text.isdecimal() and SMALLEST_FLEET <= int(text) <= LARGEST_FLEET:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of environments from {SMALLEST_FLEET} to {LARGEST_FLEET}, found {text!r}"
    )


def _capacity(text: str) -> float:
    try:
        capacity = float(text)
    except ValueError:
        capacity = 0.0
    if capacity > 0:
        return capacity
    raise argparse.ArgumentTypeError(f"expected requests a second, more than 0, found {text!r}")


def _users(text: str) -> int:
    if text.isdecimal() and int(text) <= MOST_USERS:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected requests a second, from 0 to {MOST_USERS}, found {text!r}")
