"""What a source bundle must be.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html
"""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from emulator.beanstalk import source_bundle
from emulator.beanstalk.source_bundle import InvalidBundleError


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def entry_with_mode(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def test_a_zip_of_any_files_is_valid() -> None:
    source_bundle.check(zipped(("README", b"nothing to run")))


def test_a_file_that_is_no_zip_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="not a zip file"):
        source_bundle.check(b"#!/bin/sh\n")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="an empty file"):
        source_bundle.check(b"")


def test_a_zip_without_files_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="without any file"):
        source_bundle.check(zipped(("folder/", b"")))


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/outside", "..\\outside"])
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(InvalidBundleError, match="outside its own folder"):
        source_bundle.check(zipped((name, b"x")))


def test_a_name_of_more_than_255_bytes_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="more than 255 bytes"):
        source_bundle.check(zipped(("a/" + "é" * 128, b"x")))


def test_a_symbolic_link_is_refused() -> None:
    link = entry_with_mode("application.py", stat.S_IFLNK | 0o777)
    with pytest.raises(InvalidBundleError, match="symbolic link"):
        source_bundle.check(zipped((link, b"/etc/passwd")))


def test_a_zip_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_bundle, "MAXIMUM_UNPACKED_BYTES", 1_000)
    with pytest.raises(InvalidBundleError, match="unpacks to 1200 bytes"):
        source_bundle.check(zipped(("a", b"0" * 600), ("b", b"0" * 600)))


def test_a_damaged_zip_is_refused() -> None:
    content = b"as it was written, and compressed no further"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("application.py", content)
    with pytest.raises(InvalidBundleError, match="damaged"):
        source_bundle.check(buffer.getvalue().replace(content, content[::-1]))


def test_files_are_unpacked_into_the_folder(tmp_path: Path) -> None:
    source_bundle.unpack(zipped(("application.py", b"application = None"), ("static/logo", b"logo")), tmp_path)
    assert (tmp_path / "application.py").read_bytes() == b"application = None"
    assert (tmp_path / "static" / "logo").read_bytes() == b"logo"


def test_unpacked_scripts_stay_executable(tmp_path: Path) -> None:
    source_bundle.unpack(zipped((entry_with_mode("serve.sh", stat.S_IFREG | 0o755), b"#!/bin/sh\n")), tmp_path)
    assert (tmp_path / "serve.sh").stat().st_mode & 0o777 == 0o755


def test_one_name_for_a_file_and_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidBundleError, match="both as a file and as a folder"):
        source_bundle.unpack(zipped(("a", b"file"), ("a/b", b"file below a file")), tmp_path)
