"""A content security policy in every page: nothing from another host, no script but the site's own files.

The few scripts that the theme writes into a page are allowed by the digest of their text.
WebAssembly is allowed, since the simulator's Python is; ``eval`` and handlers in attributes are not.
A page carries its policy itself, so that it holds wherever the book is served from.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from typing import Any

_CHARSET = re.compile(r'<meta charset="utf-8" ?/?>', re.IGNORECASE)
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
_TYPE = re.compile(r"""\btype\s*=\s*["']?([\w/+-]+)""")

#: Types of what a browser runs; any other is data.
_RUN = ("", "module", "text/javascript", "application/javascript")

#: Plotly and the theme set styles from scripts, in elements and attributes: these stay allowed.
#: Plotly draws letters into images of its own, hence ``data:`` and ``blob:`` for images.
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{digests}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def policy(html: str) -> str:
    """Return the policy of a page: that of all pages, with the digests of the scripts that stand in this one."""
    digests = []
    for script in _SCRIPT.finditer(html):
        kind = _TYPE.search(script["attributes"])
        if "src=" not in script["attributes"] and (kind[1] if kind else "") in _RUN:
            digest = hashlib.sha256(script["text"].encode()).digest()
            digests.append(f" 'sha256-{base64.b64encode(digest).decode()}'")
    return _POLICY.format(digests="".join(dict.fromkeys(digests)))


def with_policy(html: str) -> str:
    """Return a page with its policy, which stands before anything that it rules.

    Raises ValueError if the page does not declare UTF-8 in the way that Sphinx and this extension do.
    """
    if "Content-Security-Policy" in html:
        return html  # a build with nothing to do leaves the page as it is
    charset = _CHARSET.search(html)
    if charset is None:
        raise ValueError('no <meta charset="utf-8"> to put the policy after')
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(html))}">'
    return html[: charset.end()] + meta + html[charset.end() :]


def _write(app: Any, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    for path in folder.rglob("*.html"):
        if "_static" in path.relative_to(folder).parts:
            continue  # templates that the theme copies along
        html = path.read_text(encoding="utf-8")
        if (ruled := with_policy(html)) != html:
            path.write_text(ruled, encoding="utf-8")


def setup(app: Any) -> None:
    """Have each page ruled, once all are written."""
    app.connect("build-finished", _write, priority=900)
