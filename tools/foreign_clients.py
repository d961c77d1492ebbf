"""Let deployment tools and an SDK of others release in an account (make clients).

The EB CLI, ebdeploy and the SDK for JavaScript run unmodified. Each step's effect is then read from the account.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rehearsal.account import samples
from rehearsal.account.account import ROOT, Account
from rehearsal.account.caches import cache_variables
from rehearsal.account.control import Control

FOLDER = ROOT / "build" / "clients"
TOOLS = ROOT / ".venv-clients" / "bin"
SOURCES = ROOT / "tools" / "clients"
SCALE = 0.02
"""A real second is 50 account seconds: the tools poll every five real seconds or so."""
STEP_SECONDS = 300.0
PLATFORM = "Python 3.13 running on 64bit Amazon Linux 2023"


class ClientError(Exception):
    """A client did not do what it should. The message has its last words."""


class Clients:
    """Runs the clients against one account, in folders under `folder`."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._account = account
        self._beanstalk = account.client("elasticbeanstalk")
        self._folder = folder
        self._application = folder / "shop"
        self._home = folder / "home"

    def run_all(self) -> None:
        """Run every client. Raises ClientError."""
        self._write_application()
        self._run_eb()
        self._run_ebdeploy()
        self._terminate("shop-blue", "shop-green")
        self._run_javascript()

    def _run_eb(self) -> None:
        """Create, deploy, clone and swap with the EB CLI."""
        self._eb("init", "init", "shop", "--region", "us-east-1", "--platform", PLATFORM)
        self._eb("create", "create", "shop-blue", "--cname", "shop-live", "--elb-type", "application")
        self._expect("the environment", self._described("shop-blue")["Status"], "Ready")
        self._eb("deploy", "deploy", "shop-blue", "--label", "eb-2")
        self._expect("the version", self._described("shop-blue")["VersionLabel"], "eb-2")
        self._eb("set a variable", "setenv", "--environment", "shop-blue", "COLOUR=blue")
        self._expect("the variable", "COLOUR = blue" in self._eb("print it", "printenv", "shop-blue"), expected=True)
        self._eb("clone", "clone", "shop-blue", "--clone_name", "shop-green", "--cname", "shop-new")
        self._expect("the variable", "COLOUR = blue" in self._eb("print it", "printenv", "shop-green"), expected=True)
        self._eb("swap", "swap", "shop-blue", "--destination_name", "shop-green")
        self._expect("the CNAME", self._described("shop-green")["CNAME"].split(".")[0], "shop-live")
        logs = self._eb("logs", "logs", "shop-blue")
        self._expect("a log of the application", "web.stdout.log" in logs, expected=True)
        self._expect("the health", "Ok" in self._eb("health", "health", "shop-blue"), expected=True)
        self._eb("save the configuration", "config", "save", "shop-blue", "--cfg", "saved")
        self._eb("check and put it", "config", "put", "saved")

    def _run_ebdeploy(self) -> None:
        """Deploy once more with ebdeploy."""
        bucket = self._beanstalk.create_storage_location()["S3Bucket"]
        settings = {
            "app_name": "shop",
            "environment": "shop-blue",
            "s3_bucket": bucket,
            "s3_prefix": "shop/blue",
            "use_git_archive": False,
            "zip_exclude": [".elasticbeanstalk/*"],
            "poll_interval": 2,
        }
        file = self._application / ".elasticbeanstalk" / "ebdeploy.yml"
        file.write_text(json.dumps(settings))  # JSON is YAML
        self._step("ebdeploy", "deploy", [str(TOOLS / "ebdeploy"), "deploy", "--version", "ebdeploy-1"])
        self._expect("the version", self._described("shop-blue")["VersionLabel"], "ebdeploy-1")

    def _terminate(self, *names: str) -> None:
        for name in names:
            id_ = self._described(name)["EnvironmentId"]
            self._eb(f"terminate {name}", "terminate", name, "--force")
            [gone] = self._beanstalk.describe_environments(EnvironmentIds=[id_])["Environments"]
            self._expect("the environment", gone["Status"], "Terminated")

    def _run_javascript(self) -> None:
        """Create, deploy, clone, swap and terminate with the SDK for JavaScript."""
        bucket = self._beanstalk.create_storage_location()["S3Bucket"]
        self._account.client("s3").put_object(Bucket=bucket, Key="js.zip", Body=samples.bundle("v1"))
        for name in ("package.json", "release.js"):
            shutil.copy(SOURCES / name, self._folder)
        install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error"]
        subprocess.run(install, cwd=self._folder, check=True, stdin=subprocess.DEVNULL)
        command = ["node", "release.js", "js", bucket, "js.zip"]
        self._step("JavaScript", "create, deploy, clone, swap, terminate", command, self._folder)

    def _eb(self, what: str, *arguments: str) -> str:
        return self._step("EB CLI", what, [str(TOOLS / "eb"), *arguments])

    def _step(
        self,
        client: str,
        what: str,
        command: list[str],
        folder: Path | None = None,
    ) -> str:
        """Run one command of a client, and return what it wrote. Raises ClientError."""
        began = time.monotonic()
        own = {"PATH": os.environ["PATH"], "HOME": str(self._home), "LANG": "C.UTF-8", "PAGER": "cat"}
        ended = subprocess.run(
            command,
            cwd=folder or self._application,
            env=own | self._account.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        written = ended.stdout + ended.stderr
        if ended.returncode or "ERROR" in written:
            last = "\n".join(written.splitlines()[-20:])
            raise ClientError(f"{client} does not {what}: exit status {ended.returncode}.\n{last}")
        sys.stdout.write(f"  {client:12}{what:42}{time.monotonic() - began:6.1f} s\n")
        sys.stdout.flush()
        return written

    def _described(self, name: str) -> dict[str, Any]:
        found = self._beanstalk.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)["Environments"]
        if len(found) != 1:
            raise ClientError(f"Expected one environment {name}. Found {len(found)}.")
        return dict(found[0])

    @staticmethod
    def _expect(what: str, found: object, expected: object) -> None:
        if found != expected:
            raise ClientError(f"Expected {what} to be {expected!r}. Found {found!r}.")

    def _write_application(self) -> None:
        """Write the sample shop's files, and remove what an earlier run left."""
        shutil.rmtree(self._application, ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)
        self._application.mkdir(parents=True)
        self._home.mkdir()
        bundle = self._folder / "shop.zip"
        bundle.write_bytes(samples.bundle("v1"))
        shutil.unpack_archive(bundle, self._application)


def main(run: Callable[[Clients], None] = Clients.run_all) -> int:
    """Run the clients in a new account. Return the exit status."""
    os.environ.update(cache_variables())
    try:
        with Account(scale=SCALE, home=FOLDER / "account") as account:
            # The clients send their own time, and wait for real minutes at most.
            Control(account.url).set_switches(outside_dates="machine")
            run(Clients(account, FOLDER))
    except (ClientError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("The EB CLI, ebdeploy and the SDK for JavaScript release in the account as on AWS.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
