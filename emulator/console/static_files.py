"""The console's static files: the page, its styles and its modules."""

from pathlib import Path

FOLDER = Path(__file__).parent / "static"
PAGE = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def static_file(path: str) -> tuple[str, bytes] | None:
    """Return the content type and the content of a file, or None. The empty path is the page.

    The path is looked up among the files that there are, so it cannot lead out of the folder.
    """
    wanted = path or PAGE
    for file in FOLDER.rglob("*"):
        if file.suffix in TYPES and file.relative_to(FOLDER).as_posix() == wanted:
            return TYPES[file.suffix], file.read_bytes()
    return None
