"""The hosted workflow, .ci/run, the pre-commit hooks and the documents name only make targets that exist."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOW = Path(".github/workflows/ci.yml")
JOBS: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())["jobs"]
TARGETS = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(), re.MULTILINE))
DOCUMENTS = [*Path().glob("*.md"), *Path("docs").glob("*.md")]


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def make_targets(text: str) -> set[str]:
    """Return the targets of the `make` commands in the code of a Markdown text."""
    blocks = re.findall(r"^make ([a-z]+)", "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)), re.MULTILINE)
    return {*blocks, *re.findall(r"`make ([a-z]+)", text)}


@pytest.mark.parametrize("job", JOBS)
def test_each_job_runs_one_make_target(job: str) -> None:
    (command,) = commands(job)
    word, target = command.split()
    assert word == "make"
    assert target in TARGETS


def test_the_jobs_cover_every_layer_of_tests_and_every_check() -> None:
    assert {command.split()[1] for job in JOBS for command in commands(job)} == {
        "audit", "check", "coverage", "image", "scenarios", "unit"
    }  # fmt: skip


def test_coverage_runs_the_integration_tests_too() -> None:
    (recipe,) = re.findall(r"^coverage:.*\n\t(.+)$", Path("Makefile").read_text(), re.MULTILINE)
    assert "tests/integration tests/unit" in recipe


def test_actions_are_pinned_by_commit_and_say_their_release() -> None:
    used = re.findall(r"uses: (.+)", WORKFLOW.read_text())
    assert len(used) == sum("uses" in step for job in JOBS.values() for step in job["steps"])
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_each_action_is_used_in_one_version() -> None:
    used = set(re.findall(r"uses: (\S+)@(\S+)", WORKFLOW.read_text()))
    assert len({name for name, _ in used}) == len(used)


def test_the_workflow_may_only_read() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())
    checkouts = [step for job in JOBS.values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_a_newer_push_ends_the_run_of_a_pull_request() -> None:
    concurrency = yaml.safe_load(WORKFLOW.read_text())["concurrency"]
    assert "github.ref" in concurrency["group"]
    assert "pull_request" in concurrency["cancel-in-progress"]


def test_every_job_has_a_time_limit() -> None:
    assert all(0 < job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_unit_tests_run_on_the_oldest_supported_python() -> None:
    oldest = tomllib.loads(Path("pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert JOBS["unit"]["strategy"]["matrix"]["python"][0] == oldest


def test_the_local_run_uses_make_targets_that_exist() -> None:
    used = re.findall(r"^make ([a-z]+)$", Path(".ci/run").read_text(), re.MULTILINE)
    assert used == ["clean", "check", "test"]
    assert set(used) <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_document_names_make_targets_that_exist(document: Path) -> None:
    assert make_targets(document.read_text()) <= TARGETS


def test_pre_commit_runs_only_programs_of_the_virtual_environment() -> None:
    for repository in yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            assert hook["entry"].split()[0] in {".venv/bin/ruff", ".venv/bin/mypy"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_link_in_a_document_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_index_lists_every_document() -> None:
    listed = re.findall(r"\(([a-z-]+\.md)\)", Path("docs/README.md").read_text())
    assert sorted(listed) == sorted(file.name for file in Path("docs").glob("*.md") if file.name != "README.md")


def test_the_command_that_tries_one_handler_names_a_file() -> None:
    (path,) = re.findall(r"^make unit ARGS=(\S+)$", Path("CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert Path(path).is_file()
