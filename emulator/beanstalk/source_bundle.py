"""Checks and unpacks source bundles."""

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

MAXIMUM_UNPACKED_BYTES = 500 * 1024 * 1024
"""Here the limit of bundles also holds for the unpacked files."""
MAXIMUM_BYTES = 500 * 1024 * 1024
"""https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html"""
MAXIMUM_NAME_BYTES = 255
"""The limit of Linux for a file's or folder's name."""


class InvalidBundleError(Exception):
    """The source bundle cannot be used. The message goes into an event."""


def require_size(bundle: bytes) -> None:
    """Raise InvalidBundleError, in AWS's words, unless a bundle has a size that CreateApplicationVersion takes."""
    if not 0 < len(bundle) <= MAXIMUM_BYTES:
        raise InvalidBundleError(f"Source bundle is empty or exceeds maximum allowed size: {MAXIMUM_BYTES}")


def check(bundle: bytes) -> None:
    """Raise InvalidBundleError unless `bundle` is a zip that unpacks safely and completely.

    The content is not checked: an application that cannot run fails when it starts.
    """
    with _opened(bundle) as archive:
        _check_entries(archive.infolist())
        _check_contents(archive)


def unpack(bundle: bytes, folder: Path) -> None:
    """Unpack a bundle into `folder`, with the executable bits. Raises InvalidBundleError."""
    check(bundle)
    with _opened(bundle) as archive:
        for entry in archive.infolist():
            try:
                unpacked = Path(archive.extract(entry, folder))
            except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
                raise InvalidBundleError(
                    f"The source bundle holds {entry.filename!r} both as a file and as a folder."
                ) from error
            if permissions := _mode(entry) & 0o777:
                unpacked.chmod(permissions | (0o700 if entry.is_dir() else 0o600))


def _opened(bundle: bytes) -> zipfile.ZipFile:
    if not bundle:
        raise InvalidBundleError("The source bundle is an empty file. Expected a zip file.")
    try:
        return zipfile.ZipFile(io.BytesIO(bundle))
    except (zipfile.BadZipFile, ValueError) as error:
        raise InvalidBundleError(f"The source bundle is not a zip file: {error}.") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if not any(not entry.is_dir() for entry in entries):
        raise InvalidBundleError("The source bundle is a zip without any file.")
    for entry in entries:
        _check_entry(entry)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAXIMUM_UNPACKED_BYTES:
        raise InvalidBundleError(
            f"The source bundle unpacks to {unpacked} bytes. Expected at most {MAXIMUM_UNPACKED_BYTES}."
        )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise InvalidBundleError(f"The source bundle holds {entry.filename!r}, which lies outside its own folder.")
    if any(len(part.encode(errors="replace")) > MAXIMUM_NAME_BYTES for part in path.parts):
        raise InvalidBundleError(
            f"The source bundle holds {entry.filename[:80]!r}..., a name of more than {MAXIMUM_NAME_BYTES} bytes."
        )
    if stat.S_ISLNK(_mode(entry)):
        raise InvalidBundleError(f"The source bundle holds {entry.filename!r}, a symbolic link.")


def _check_contents(archive: zipfile.ZipFile) -> None:
    # Bounded: zipfile reads no more of an entry than its declared size, and their sum is checked.
    try:
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise InvalidBundleError(f"The source bundle cannot be unpacked: {error}.") from error
    if damaged is not None:
        raise InvalidBundleError(f"The source bundle is damaged: {damaged!r} does not match its checksum.")


def _mode(entry: zipfile.ZipInfo) -> int:
    return entry.external_attr >> 16
