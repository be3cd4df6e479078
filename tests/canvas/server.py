"""Serves the canvas' page and the portal's static files, under a policy as strict as the portal's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "static"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"


class Handler(SimpleHTTPRequestHandler):
    """Files of this folder, and below /static/ those of the portal."""

    def translate_path(self, path: str) -> str:
        """The file of an address."""
        folder, rest = (STATIC, path[8:]) if path.startswith("/static/") else (HERE, path[1:])
        self.directory = str(folder)
        return super().translate_path(f"/{rest}")

    def end_headers(self) -> None:
        """Nothing inline may run here either."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page, while it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(HERE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/page.html"
    finally:
        server.shutdown()
        server.server_close()
