"""The source bundle of the smallest application: it answers 200 to all requests, and imports two modules."""

from typing import Final

from tests.support.source_bundles import packed

SERVER: Final = """
import os
import socket

ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok"
listening = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    client, _ = listening.accept()
    with client:
        client.settimeout(2)
        try:
            client.recv(65536)
            client.sendall(ANSWER)
        except OSError:
            pass
"""


def smallest_bundle() -> bytes:
    """Return the bundle. Its process takes some 8 MB, and no processor time while nobody asks."""
    return packed({"Procfile": "web: exec python -I -S server.py\n", "server.py": SERVER})
