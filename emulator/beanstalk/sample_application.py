"""The sample application: what an environment runs when it is created without a version."""

import io
import zipfile

_SERVER = '''\
"""The sample application that Elastic Beanstalk runs when it is given no version."""

import http.server
import os


class Sample(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = b"<!doctype html><title>Sample</title><h1>Congratulations</h1><p>Your environment is running."
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Sample).serve_forever()
'''


def sample_bundle() -> bytes:
    """Return the source bundle of the sample application."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Procfile", "web: python sample.py\n")
        archive.writestr("sample.py", _SERVER)
    return packed.getvalue()
