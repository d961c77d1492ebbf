"""The sample bundles: zips that Elastic Beanstalk takes, and pages that a person can look at."""

import io
import json
import runpy
import zipfile
from pathlib import Path
from typing import Any

import pytest

from emulator.beanstalk.source_bundle import check
from rehearsal.account.samples import PROBLEMS, bundle, names


def get(version: str, path: str, folder: Path) -> tuple[str, dict[str, str], str]:
    zipfile.ZipFile(io.BytesIO(bundle(version))).extractall(folder)
    application = runpy.run_path(str(folder / "application.py"))["application"]
    answered: list[Any] = []
    body = b"".join(application({"PATH_INFO": path}, lambda *answer: answered.extend(answer)))
    status, headers = answered
    assert dict(headers)["Content-Length"] == str(len(body))
    return status, dict(headers), body.decode()


@pytest.mark.parametrize("name", names())
def test_every_sample_is_a_valid_source_bundle(name: str) -> None:
    check(bundle(name))


def test_every_sample_but_the_good_ones_says_what_is_wrong_with_it() -> None:
    assert {*PROBLEMS, "v1", "v2"} == set(names())


def test_a_sample_is_the_same_bytes_every_time() -> None:
    assert bundle("v1") == bundle("v1") != bundle("v2")
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(bundle("v1"))).infolist()} == {1980}


def test_an_unknown_sample_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"one of answers_500, .* v1, v2\. Found 'v9'"):
        bundle("v9")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_shop_shows_a_page_with_its_version(version: str, tmp_path: Path) -> None:
    status, headers, page = get(version, "/", tmp_path)
    assert status == "200 OK"
    assert headers["Content-Type"].startswith("text/html")
    assert f"<span>{version}</span>" in page


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_shop_tells_its_health_as_json(version: str, tmp_path: Path) -> None:
    assert json.loads(get(version, "/healthz", tmp_path)[2]) == {"healthy": True, "version": version}


def test_the_shop_has_no_other_pages(tmp_path: Path) -> None:
    assert get("v1", "/nowhere", tmp_path)[0] == "404 Not Found"


def test_a_release_that_does_not_start_fails_when_it_is_imported(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError):
        get("does_not_start", "/", tmp_path)


def test_a_release_that_answers_500_does_so_on_every_page(tmp_path: Path) -> None:
    assert {get("answers_500", path, tmp_path)[0] for path in ("/", "/healthz")} == {"500 Internal Server Error"}


def test_a_release_that_answers_only_its_front_page_looks_healthy_there(tmp_path: Path) -> None:
    assert get("answers_only_root", "/", tmp_path)[0] == "200 OK"
    assert get("answers_only_root", "/healthz", tmp_path)[0] == "500 Internal Server Error"


def test_a_release_that_starts_slowly_takes_the_seconds_of_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setenv("START_SECONDS", "1.5")
    assert get("starts_slowly", "/", tmp_path)[0] == "200 OK"
    assert slept == [1.5]
