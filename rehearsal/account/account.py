"""The account, started and ended by a program of this repository: the rehearsal, or a test."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
from pathlib import Path
from typing import Any, Self

import botocore.session
from botocore.config import Config

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from rehearsal.signals import deferred

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class AccountError(Exception):
    """The account did not start; the message is one line: what was expected, what was found, what to do."""


class Account:
    """An AWS account on 127.0.0.1, in a process group of its own; a context manager.

    `port`: 0 takes any that is free. `scale`: real seconds that one account second takes. `home`: folder for the
    account's logs and data. `python`: the interpreter of the account's own virtual environment.
    It ends when this process does, however that ends, unless it was told to stay.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        scale: float = 0.1,
        home: Path = ROOT / "build" / "account",
        python: Path = ROOT / ".venv-emulator" / "bin" / "python",
    ) -> None:
        self._port = port
        self._scale = scale
        self._home = home.absolute()
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The account's endpoint."""
        if self._url is None:
            raise AccountError("The account should be running, and is not. Call start() first.")
        return self._url

    @property
    def home(self) -> Path:
        """The folder for logs and data."""
        return self._home

    def start(self) -> Self:
        """Start the account and return when it answers. Raises AccountError, with nothing left running."""
        if not self._python.exists():
            raise AccountError(
                f"The account's virtual environment should be at {self._python.parent.parent}, and is not."
                " Start it through make (make rehearse, make account, make test), which sets it up."
            )
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._url = self._await_ready(self._spawn())
        except OSError as error:
            self.stop()
            raise AccountError(f"The account cannot start ({error}). Give it a folder that can be written.") from error
        except BaseException:
            self.stop()
            raise
        return self

    def stay(self) -> int:
        """Let the account outlive this process, and return its process id. It ends on SIGTERM then."""
        if self._process is None or self._process.stdin is None:
            raise AccountError("Only an account that runs can stay. Call start() first.")
        self._process.stdin.write(b"detach\n")
        self._process.stdin.close()
        return self._process.pid

    def stop(self) -> None:
        """End the account and every process that it started. May be called again, and before start()."""
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        with deferred():
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _kill_group(process)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return the variables that point the AWS CLI, boto3 and the CDK at the account, and nowhere else."""
        return {
            **self._overrides(),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": str(self._profiles()),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._profiles()),
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DEFAULT_ACCOUNT": ACCOUNT_ID,
            "CDK_DEFAULT_REGION": REGION,
        }

    def client(self, service: str) -> Any:
        """Return a botocore client of the account, whatever this machine's AWS configuration says."""
        session = botocore.session.Session()
        session.set_config_variable("config_file", str(self._profiles()))
        session.set_config_variable("profile", "default")
        return session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(proxies={}),
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self._python), "-m", "emulator.server", "--attached"]
        options = {"--port": self._port, "--scale": self._scale, "--home": self._home}
        with (self._home / "server.log").open("ab") as log, deferred():
            self._process = process = subprocess.Popen(
                [*command, *(str(word) for option in options.items() for word in option)],
                cwd=ROOT,
                env={"PATH": os.environ.get("PATH", os.defpath)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        return process

    def _await_ready(self, process: Any) -> str:
        """Wait for the one line that the server says, and return the URL in it."""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                raise AccountError(
                    f"The account should answer within {START_SECONDS:g} s, and does not. {self._hint()}"
                )
        said = json.loads(process.stdout.readline() or "{}")
        if "error" in said:
            raise AccountError(f"The account cannot start: {said['error']}")
        if "url" not in said:
            raise AccountError(f"The account's server should run, and ended at its start. {self._hint()}")
        return str(said["url"])

    def _hint(self) -> str:
        log = self._home / "server.log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        return f"See {log}" + (f", which ends with: {last[0]}" if last else ", which is empty.")

    def _profiles(self) -> Path:
        """A configuration file in place of the person's own."""
        file = self._home / "aws-config"
        file.write_text(
            f"[default]\nregion = {REGION}\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        )
        return file

    def _overrides(self) -> dict[str, str]:
        """For variables of this process that would get in the way, values that do not."""
        profile = {name: "default" for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if name in os.environ}
        endpoints = {name: self.url for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")}
        direct = {
            name: ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))
            for name in ("NO_PROXY", "no_proxy")
        }
        return profile | endpoints | direct


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what a server that was killed may have left, and let go of its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
