"""A page that holds the calculator and runs its Python in MicroPython, as the published page does; one Chromium."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ketamine_course import core
from ketamine_course.sphinx import frontend
from ketamine_course.widgets.esm import STATIC

from ..browser.conftest import axe_source, browser, lab, site

__all__ = ["axe_source", "browser", "lab", "site"]

#: The host, as small as it can be. Colours are those of the book's theme, light and dark.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Calculator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="calculator.css">
<style>
html { --pst-color-background: #fff; --pst-color-text-base: #222832; }
html[data-theme="dark"] { --pst-color-background: #14181e; --pst-color-text-base: #ced6dd; }
body { font-family: sans-serif; margin: 0.5rem; }
body { background: var(--pst-color-background); color: var(--pst-color-text-base); }
</style>
</head>
<body>
<main><h1>Practice</h1><h2>Arithmetic</h2><div id="host"></div></main>
<script type="module">
import { loadMicroPython } from "./micropython.mjs";
import { render } from "./calculator.js";
document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
const lines = [];
const mp = await loadMicroPython({ stdout: (line) => lines.push(line), linebuffer: true });
for (const folder of ["/ketamine_course", "/ketamine_course/core"]) mp.FS.mkdir(folder);
mp.FS.writeFile("/ketamine_course/__init__.py", "");
const sources = await (await fetch("core.json")).json();
for (const [name, text] of Object.entries(sources)) mp.FS.writeFile("/ketamine_course/core/" + name, text);
mp.runPython("import sys; sys.path.insert(0, '/')");
window.calls = [];
async function compute(name, args) {
  window.calls.push([name, args]);
  if (window.slow) await window.slow;
  if (window.broken) throw new Error(window.broken);
  mp.globals.set("called", JSON.stringify([name, args]));
  mp.runPython(`
import json
from ketamine_course.core import infusion_arithmetic
name, arguments = json.loads(called)
try:
    answer = getattr(infusion_arithmetic, name)(*arguments)
except ValueError as error:
    answer = {"error": str(error)}
print(json.dumps(answer))
`);
  return JSON.parse(lines.pop());
}
const cite = (row) => row.startsWith("risk.") ? { label: "The label (" + row + ")", href: "#row-" + row } : null;
window.stop = render({
  element: document.getElementById("host"), compute, cite,
  presets: await compute("preset_patients", []), limits: await compute("input_limits", []),
});
</script>
</body>
</html>
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="package")
def calculator_url(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, with the pinned MicroPython and the real modules."""
    folder = tmp_path_factory.mktemp("calculator")
    package = frontend.fetch(frontend.MICROPYTHON, root / ".frontend")
    for name in ("micropython.mjs", "micropython.wasm"):
        shutil.copy(package / name, folder)
    for name in ("calculator.js", "calculator.css"):
        shutil.copy(STATIC / name, folder)
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(core.__file__).parent.glob("*.py")}
    (folder / "core.json").write_text(json.dumps(sources), encoding="utf-8")
    (folder / "index.html").write_text(_PAGE, encoding="utf-8")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()
        thread.join()
