"""The application of `make prove`: answers each request with its version, and can be told not to start.

It needs nothing but Python. Elastic Beanstalk's proxy passes requests on to PORT, which is 8000 unless it is set.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = (Path(__file__).parent / "version.txt").read_text().strip()
FAILS_WHEN_TOLD = (Path(__file__).parent / "fails_when_told").exists()


class AnswerWithVersion(BaseHTTPRequestHandler):
    """Answers GET requests with the version, in the header X-Prove-Version and in the body."""

    def do_GET(self) -> None:
        """Answer one request."""
        body = f"{VERSION}\n".encode()
        self.send_response(200)
        self.send_header("X-Prove-Version", VERSION)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


if __name__ == "__main__":
    if FAILS_WHEN_TOLD and os.environ.get("PROVE_FAILS") == "yes":
        sys.exit("This version does not start while the environment property PROVE_FAILS is yes.")
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), AnswerWithVersion).serve_forever()
