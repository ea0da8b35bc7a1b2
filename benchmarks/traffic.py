"""Serves a site compressed and counts, in a phone's window, what a chapter loads before and with its figure."""

from __future__ import annotations

import gzip
import http.server
import mimetypes
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Request, ViewportSize, sync_playwright

HOST = "127.0.0.1"

#: No other host can be reached, on any machine: what a page asks of one is counted and never sent.
RESOLVER_RULES = f"MAP * ~NOTFOUND, EXCLUDE {HOST}"

#: The window of Lighthouse's phone, in CSS pixels.
_VIEWPORT: ViewportSize = {"width": 412, "height": 823}

_IDLE_MS, _STEP_MS = 1000, 100

#: Types that a usual web server compresses; pictures and woff2 fonts are compressed already.
_TEXT_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")

_KINDS = {".html": "HTML", ".css": "CSS", ".js": "JavaScript", ".mjs": "JavaScript", ".woff2": "fonts"}


@dataclass(frozen=True)
class Response:
    """A response of our host: the path asked for, and the body's bytes as sent."""

    path: str
    size: int

    @property
    def kind(self) -> str:
        """What it is to a reader of the table."""
        return _KINDS.get(Path(self.path).suffix, "other")


@dataclass(frozen=True)
class Load:
    """What a page had loaded at one moment: responses of our host, addresses asked of any other."""

    responses: tuple[Response, ...]
    elsewhere: tuple[str, ...]

    def size(self, kind: str | None = None) -> int:
        """Return the bytes sent, of one kind or of all."""
        return sum(response.size for response in self.responses if kind in (None, response.kind))


@dataclass(frozen=True)
class Site:
    """A folder that is served: the address of its root, and each response since the server started."""

    url: str
    sent: list[Response]


@cache
def _body(path: Path) -> tuple[bytes, str, bool]:
    """Return a file as sent, its type and whether it is compressed. Kept, so that no timing includes gzip."""
    content = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith(_TEXT_TYPES):
        return gzip.compress(content, compresslevel=6, mtime=0), content_type, True
    return content, content_type, False


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    sent: list[Response]

    def handle(self) -> None:
        """Answer until the browser hangs up, which it may do at any moment."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Send the file, compressed if it is text, and note its size."""
        path = unquote(urlsplit(self.path).path)
        file = self.folder / path.lstrip("/")
        found = file.is_file()
        body, content_type, zipped = _body(file) if found else (b"Not found", "text/plain", False)
        self.sent.append(Response(path, len(body)))
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[Site]:
    """Serve a folder on a free port of 127.0.0.1."""
    sent: list[Response] = []
    handler = type("Handler", (_Handler,), {"folder": folder, "sent": sent})
    with http.server.ThreadingHTTPServer((HOST, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Site(f"http://{HOST}:{server.server_port}", sent)
        finally:
            server.shutdown()


def measure(site: Site, path: str, chromium: str, use_figure: Callable[[Page], None]) -> tuple[Load, Load]:
    """Return what a page had loaded before its figure was needed, and with the figure.

    Before: opened in a phone's window, nothing scrolled or pressed, no request under way for a second.
    With: after ``use_figure``, and again no request under way for a second.
    """
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", f"--host-resolver-rules={RESOLVER_RULES}"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport=_VIEWPORT, is_mobile=True, has_touch=True)
        under_way: list[Request] = []
        asked: list[str] = []

        def start(request: Request) -> None:
            under_way.append(request)
            asked.append(request.url)

        page.on("request", start)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, lambda request: under_way.remove(request))
        site.sent.clear()

        def load_now() -> Load:
            _wait_until_idle(page, under_way)
            return Load(tuple(site.sent), tuple(url for url in asked if _is_elsewhere(url)))

        page.goto(f"{site.url}/{path}")
        before = load_now()
        use_figure(page)
        with_figure = load_now()
        browser.close()
    return before, with_figure


def _wait_until_idle(page: Page, under_way: Sequence[Request]) -> None:
    """Wait until no request was under way for a second. Playwright's own wait serves but once a navigation."""
    quiet_ms = 0
    while quiet_ms < _IDLE_MS:
        page.wait_for_timeout(_STEP_MS)
        quiet_ms = 0 if under_way else quiet_ms + _STEP_MS


def _is_elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != HOST
