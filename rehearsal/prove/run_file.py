"""The file that remembers a run until everything that it made is removed: build/prove/run.json."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

FILE_NAME = "run.json"


@dataclass
class RunFile:
    """What a run knows of itself, for a removal after a crash. `save` after each change.

    `began`: ISO 8601. `own_account`: an account that the run started on this machine, and that ended with it.
    `storage_bucket_existed`: whether Elastic Beanstalk had its bucket in the region before the run;
    None when that is not known. `environment_ids`, `buckets`: of the run.
    """

    path: Path
    run: str
    account_id: str
    region: str
    began: str
    own_account: bool = False
    storage_bucket_existed: bool | None = None
    environment_ids: list[str] = field(default_factory=list)
    buckets: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the run that is remembered in a folder; None when there is none."""
        path = folder / FILE_NAME
        if not path.exists():
            return None
        content: dict[str, Any] = json.loads(path.read_text())
        return cls(path=path, **content)

    def remember_environment(self, environment_id: str) -> None:
        """Add an environment of the run, and save."""
        if environment_id not in self.environment_ids:
            self.environment_ids.append(environment_id)
            self.save()

    def remember_bucket(self, bucket: str) -> None:
        """Add a bucket of the run, and save."""
        if bucket not in self.buckets:
            self.buckets.append(bucket)
            self.save()

    def save(self) -> None:
        """Write the file. It is replaced in one step, so a crash leaves the old one or the new one."""
        content = {name: value for name, value in asdict(self).items() if name != "path"}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(content, indent=2) + "\n")
        new.replace(self.path)

    def delete(self) -> None:
        """Forget the run."""
        self.path.unlink(missing_ok=True)
