"""Source bundles for the tests: small releases that behave, or misbehave, as told."""

import io
import json
import zipfile

from emulator.in_memory.hosting import BEHAVIOUR_FILE

_SERVER = """
import http.server, os, time

class Release(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        broken = os.path.exists(os.environ.get("BROKEN_WHEN_EXISTS", ""))
        status = 500 if broken else STATUSES.get(self.path, DEFAULT)
        body = repr(dict(os.environ)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

time.sleep(DELAY)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Release).serve_forever()
"""


SERVER_THAT_ANSWERS_200 = "STATUSES, DEFAULT, DELAY = {}, 200, 0\n" + _SERVER


def release(status: int = 200, *, by_path: dict[str, int] | None = None, delay: float = 0) -> bytes:
    """Return a bundle that answers `status`, another by path, beginning after `delay` real seconds.

    Its behaviour stands in it twice: as a server to run, and as a file that the in-memory hosting reads.
    """
    settings = f"STATUSES, DEFAULT, DELAY = {by_path or {}!r}, {status}, {delay}\n"
    behaviour = json.dumps({"status": status, "by_path": by_path or {}})
    return packed(
        {"Procfile": "web: exec python server.py\n", "server.py": settings + _SERVER, BEHAVIOUR_FILE: behaviour}
    )


def dying() -> bytes:
    """Return a bundle whose process ends at once, with a complaint."""
    words = "the configuration is missing"
    return packed({"Procfile": f"web: echo {words}; exit 3\n", BEHAVIOUR_FILE: json.dumps({"dies": words})})


def packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
