"""Small source bundles for tests."""

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
    """Return a bundle that answers `status`, or the status in `by_path`. It starts after `delay` real seconds.

    The bundle holds a server for processes, and a behaviour file for the in-memory hosting.
    """
    settings = f"STATUSES, DEFAULT, DELAY = {by_path or {}!r}, {status}, {delay}\n"
    behaviour = json.dumps({"status": status, "by_path": by_path or {}})
    return packed(
        {"Procfile": "web: exec python server.py\n", "server.py": settings + _SERVER, BEHAVIOUR_FILE: behaviour}
    )


def dying() -> bytes:
    """Return a bundle whose process ends at once, and writes why."""
    output = "the configuration is missing"
    return packed({"Procfile": f"web: echo {output}; exit 3\n", BEHAVIOUR_FILE: json.dumps({"dies": output})})


def packed(files: dict[str, str]) -> bytes:
    """Return a bundle of these files: contents by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
