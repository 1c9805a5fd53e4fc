"""Health checks and figures over HTTP: ``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[HTTPStatus, bytes, str]
"""Status, body and content type."""
Pages = dict[str, Callable[[], Answer]]

_TEXT = "text/plain; charset=utf-8"
_SECONDS = 10.0
"""A client that says nothing for so long is sent away."""


def told(problem: str | None) -> Answer:
    """The answer of a check: fine, or what the problem is."""
    if problem is None:
        return HTTPStatus.OK, b"ok\n", _TEXT
    return HTTPStatus.SERVICE_UNAVAILABLE, f"{problem}\n".encode(), _TEXT


class HealthServer:
    """Answers with the given pages until it is closed; `port` 0 takes any free one.

    Raises OSError when it cannot listen there.
    """

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        handler = type("Handler", (_Handler,), {"pages": pages})
        family = {"address_family": socket.AF_INET6} if ":" in host else {}
        server = type("Server", (ThreadingHTTPServer,), {"daemon_threads": True, **family})
        self._server: ThreadingHTTPServer = server((host, port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="health", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    pages: Pages
    timeout = _SECONDS
    server_version = "aggregator"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer one request without the body."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        status, data, kind = page() if page else (HTTPStatus.NOT_FOUND, b"no such page\n", _TEXT)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library's name
        """Write no line: checks come every few seconds."""
