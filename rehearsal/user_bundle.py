"""The person's own bundle: reviewed before anything starts, with its packages installed."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emulator.beanstalk import source_bundle
from emulator.beanstalk.bundle.review import BundleReview, review
from emulator.beanstalk.bundle.start_commands import NODE, ApplicationStartError
from emulator.beanstalk.hosting import node_packages, python_packages
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.source_bundle import InvalidBundleError
from rehearsal.account.account import Account
from rehearsal.account.caches import APPLICATIONS
from rehearsal.account.packages import packages_environment
from rehearsal.prepare import PrepareError


@dataclass(frozen=True)
class UserBundle:
    """A bundle to release, and what a review has found in it."""

    content: bytes
    review: BundleReview

    def notes(self) -> list[str]:
        """Return what the person should know before the bundle is deployed."""
        count = self.review.commands
        words = "1 command" if count == 1 else f"{count} commands"
        runs = f"{words} of the bundle will run on this machine, as you, for each instance."
        return [*([runs] if count else []), *self.review.limits]


def read(path: Path, language: str | None) -> UserBundle:
    """Return a bundle. `language`: of the platform; None takes it from the bundle.

    Raises PrepareError when Elastic Beanstalk or this machine cannot run it.
    """
    content = path.read_bytes()
    try:
        found = review(content, language)
    except InvalidBundleError as error:
        raise PrepareError(f"{path} cannot be released: {error}") from error
    if found.language == NODE and shutil.which("node", path=packages_environment()["PATH"]) is None:
        raise PrepareError(
            "Expected node on PATH, to run a Node.js bundle. Found none. Install Node.js, or run make rehearse."
        )
    return UserBundle(content, found)


def install_packages(bundle: UserBundle, account: Account, folder: Path) -> None:
    """Install the packages that a bundle asks for, where the account will find them. `folder`: gets packages.log.

    Raises PrepareError.
    """
    packages, log = PackageCache(APPLICATIONS, packages_environment()), folder.absolute() / "packages.log"
    with tempfile.TemporaryDirectory() as unpacked:
        root = Path(unpacked)
        source_bundle.unpack(bundle.content, root)
        try:
            if bundle.review.language == NODE:
                node_packages.install(packages, root, {}, log)
            else:
                python_packages.virtual_environment(packages, root, log, interpreter=str(account.python))
        except ApplicationStartError as error:
            message = f"The packages of the bundle cannot be installed. {error} All of it is in {log}."
            raise PrepareError(message) from error
