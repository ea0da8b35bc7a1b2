"""Formulas of numeric keys: rows, a variant's parameters and arithmetic, and nothing else."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Mapping
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from ..evidence import EvidenceError
from ..row_text import CALCULATIONS, cell

#: As the schema says; a formula that a person can check is far shorter.
MAX_LENGTH = 200

FUNCTIONS = {**CALCULATIONS, "round": round}

# No power: with it a short formula could ask for a number of millions of digits.
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_NODES = (ast.Expr, ast.UnaryOp, ast.BinOp, ast.Call, ast.Constant, ast.Name)

#: ``{value:ROW}``, or a row's id as it stands: it has a dot, and a hyphen only where no blanks are around it.
_ROW = re.compile(r"\{value:([^{}]+)\}|(?<![\w.])([A-Za-z]\w*(?:\.\w[\w-]*)+(?::\w+)?)")


class FormulaError(ValueError):
    """A formula that cannot be used: says why and what may stand in one."""


def with_rows(formula: str) -> str:
    """Return a formula with its rows replaced by their numbers.

    Raises FormulaError if a row or column does not exist, is blank or holds no number.
    """

    def number(match: re.Match[str]) -> str:
        try:
            value = cell(match[1] or match[2])[1]
        except EvidenceError as error:
            raise FormulaError(str(error)) from None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FormulaError(f"the row {match[1] or match[2]!r} holds {value!r}, which is no number")
        return f"({value!r})"

    return _ROW.sub(number, formula)


def evaluate(formula: str, values: Mapping[str, Any]) -> float:
    """Return what a formula without rows makes of the values of its parameters.

    It may hold the parameters' names, numbers, ``+ - * / ( )``, ``round(x, n)`` and the functions
    of `ketamine_course.core.effect` that pages may call.

    Raises FormulaError for anything else, if a function refuses its values, and if the result is
    no finite number.
    """
    if len(formula) > 10 * MAX_LENGTH:  # longer than written, because numbers stand where rows stood
        raise FormulaError(f"the formula is longer than {MAX_LENGTH} characters; shorten it")
    evaluator = SimpleEval(operators=_OPERATORS, functions=FUNCTIONS, names=dict(values))
    evaluator.nodes = {node: evaluator.nodes[node] for node in _NODES}
    try:
        for node in ast.walk(ast.parse(formula.strip(), mode="eval")):
            if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not _is_number(node.value)):
                raise FormulaError(f"{formula!r} holds {node.value!r}, which is no number")
            if isinstance(node, ast.Name) and node.id not in FUNCTIONS and node.id not in values:
                known = ", ".join([*FUNCTIONS, *values])
                raise FormulaError(f"{formula!r} holds {node.id!r}, which is no row and none of {known}")
        result = evaluator.eval(formula.strip())
    except FormulaError:
        raise
    except (InvalidExpression, SyntaxError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise FormulaError(f"{formula!r} cannot be worked out: {error}") from None
    try:
        number = float(result) if _is_number(result) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise FormulaError(f"{formula!r} gives {result!r}, which is no finite number")
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
