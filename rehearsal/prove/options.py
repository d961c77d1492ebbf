"""The options of the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.arguments import scale

DEFAULT_SCALE = 0.1
BUILD = Path("build") / "prove"


@dataclass(frozen=True)
class ProveOptions:
    """What to prove, and where. Without `profile` and `region` it is an account on this machine.

    `scale`: real seconds that one second of the emulated account takes, None on AWS. `yes`: ask no person.
    `clean`: remove what runs left, and prove nothing. `run`: the id of the only run to remove, else all.
    `output`: folder for all files.
    """

    profile: str | None
    region: str | None
    scale: float | None
    yes: bool
    clean: bool
    run: str | None
    output: Path

    @property
    def named_account(self) -> bool:
        """Whether the options name an account, instead of starting one on this machine."""
        return self.profile is not None or self.region is not None


def read_prove_options(arguments: Sequence[str]) -> ProveOptions:
    """Return the options. Raises SystemExit, with a usage message, when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal.prove",
        description="Prove the product in an account: deploy it, release, fail, redrive, roll back, remove everything."
        " Without --profile and --region, in an account emulated on this machine.",
        epilog='example: make prove ARGS="--profile sandbox --region eu-central-1"',
        allow_abbrev=False,
    )
    parser.add_argument("--profile", help="the profile of your AWS configuration")
    parser.add_argument("--region", help="the AWS region; credentials are boto3's")
    parser.add_argument(
        "--scale",
        type=scale(0.005),
        help=f"real seconds that one second of the emulated account takes (default: {DEFAULT_SCALE})",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before anything is made or removed")
    parser.add_argument("--clean", action="store_true", help="remove what interrupted runs left in the account")
    parser.add_argument("--run", help="with --clean: the id of the only run to remove, as 1a2b3c")
    parser.add_argument("--output", type=Path, default=BUILD, help="folder for all files (default: %(default)s)")
    return ProveOptions(**vars(parser.parse_args(arguments)))
