"""The workflow that builds, pushes, signs and attests the image: its commands are run with stand-ins."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

TEXT = Path(".github/workflows/image.yml").read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
(JOB,) = WORKFLOW["jobs"].values()
STEPS: list[dict[str, Any]] = JOB["steps"]
DIGEST = "sha256:" + "a" * 64
STAND_IN = f"""#!/bin/sh
echo "${{0##*/}} $*" >> "$CALLS"
case "$*" in
  inspect*) echo "registry.example/owner/releases@{DIGEST}" ;;
  login*) cat >> "$CALLS" ;;
esac
"""


def ran(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Run the commands of the steps, as a runner does; return the calls of programs, and the outputs."""
    for program in ("make", "docker", "cosign"):
        (folder / program).write_text(STAND_IN)
        (folder / program).chmod(0o755)
    calls, output = folder / "calls", folder / "output"
    given = {"vars.RELEASE_IMAGE": "registry.example/owner/releases", "github.ref_name": "v1.2.3", "github.token": "t"}
    own = {"PATH": f"{folder}:/usr/bin:/bin", "CALLS": str(calls), "GITHUB_OUTPUT": str(output), "GITHUB_ACTOR": "me"}
    for step in STEPS:
        if output.exists():
            given["steps.push.outputs.digest"] = output.read_text().strip().removeprefix("digest=")
        texts = {**JOB["env"], **step.get("env", {})}
        env = {name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: given[found[1]], text) for name, text in texts.items()}
        if "run" in step:
            command = ["/bin/bash", "-eo", "pipefail", "-c", step["run"]]
            subprocess.run(command, env=own | env, check=True)  # noqa: S603 - our own
    return calls.read_text().splitlines(), dict(line.split("=", 1) for line in output.read_text().splitlines())


def test_what_is_pushed_is_what_is_signed(tmp_path: Path) -> None:
    """A tag can move, so the digest is signed: https://docs.sigstore.dev/cosign/signing/signing_with_containers/"""
    calls, outputs = ran(tmp_path)
    image = "registry.example/owner/releases"
    assert calls == [
        "make sbom",
        f"make image IMAGE={image}:v1.2.3",
        "docker login registry.example --username me --password-stdin",
        "t",
        f"docker push {image}:v1.2.3",
        f"docker inspect --format {{{{index .RepoDigests 0}}}} {image}:v1.2.3",
        f"cosign sign --yes {image}@{DIGEST}",
    ]
    assert outputs == {"digest": DIGEST}


def test_provenance_and_sbom_are_of_the_pushed_digest() -> None:
    """Source: https://github.com/actions/attest-build-provenance#container-image"""
    attested = {step["uses"].split("@")[0]: step["with"] for step in STEPS if "attest" in step.get("uses", "")}
    assert set(attested) == {"actions/attest-build-provenance", "actions/attest-sbom"}
    for given in attested.values():
        assert given["subject-name"] == JOB["env"]["IMAGE"]
        assert given["subject-digest"] == "${{ steps.push.outputs.digest }}"
        assert given["push-to-registry"] is True
    assert attested["actions/attest-sbom"]["sbom-path"] in Path("Makefile").read_text()


def test_it_runs_for_tags_of_versions_and_may_write_only_what_it_makes() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}, "YAML 1.1 reads the key `on` as true"
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert JOB["permissions"] == {
        "contents": "read", "packages": "write", "id-token": "write", "attestations": "write"
    }  # fmt: skip
    assert "secrets." not in TEXT


def test_actions_are_pinned_by_commit_as_in_the_other_workflow() -> None:
    used = re.findall(r"uses: (\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+\n", TEXT)
    assert len(used) == sum("uses" in step for step in STEPS)
    others = dict(re.findall(r"uses: (\S+)@(\S+)", Path(".github/workflows/ci.yml").read_text()))
    assert all(others.get(name, commit) == commit for name, commit in used)
    (checkout,) = [step for step in STEPS if "checkout" in step.get("uses", "")]
    assert checkout["with"] == {"persist-credentials": False}


def test_no_command_has_an_expression_in_it() -> None:
    """Text in an expression would become code.

    Source: https://docs.github.com/en/actions/reference/security/secure-use#use-an-intermediate-environment-variable
    """
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
