"""The self-check in JupyterLab: the same items, keys and module as in the published page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .. import evidence
from . import esm

#: Of the repository from which the package was installed as editable: banks are no part of the package.
BANKS = Path(__file__).resolve().parents[3] / "quizzes" / "banks"

#: The pools whose keys are public.
OPEN_POOLS = ("formative", "pretest")


def bank_path(module: str, pool: str) -> Path:
    """Return the file of a bank whose keys may be shown.

    Raises ValueError for another pool, and FileNotFoundError, naming what there is, if there is no such bank.
    """
    if pool not in OPEN_POOLS:
        raise ValueError(
            f"no self-check from the pool {pool!r}: choose {' or '.join(OPEN_POOLS)}; other keys stay secret"
        )
    path = BANKS / f"{module}.{pool}.yaml"
    if not path.is_file():
        if not BANKS.is_dir():
            raise FileNotFoundError(
                f"There are no item banks in {BANKS}. They are in the course's repository, not in the package: "
                "run this in the environment that make lab sets up there."
            )
        known = sorted(each.name.removesuffix(f".{pool}.yaml") for each in BANKS.glob(f"*.{pool}.yaml"))
        raise FileNotFoundError(
            f"There is no bank {path.name} in {BANKS}. Choose one of: {', '.join(known) or 'none'}."
        )
    return path


def _cite(key: str) -> dict[str, str]:
    label, href = evidence.reference(key)
    return {"label": label, "href": href}


class SelfCheck(anywidget.AnyWidget):
    """Formative items with their keys; what was reached is kept by the browser, not by Python."""

    _esm = esm.bundle("selfcheck.js")
    _css = esm.styles("item.css", "selfcheck.css")
    payload = traitlets.Unicode().tag(sync=True)

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(payload=json.dumps(content))


def self_check(module: str, pool: str = "formative") -> SelfCheck:
    """Show the self-check of a module.

    Args:
        module: such as ``onset``.
        pool: ``formative`` or ``pretest``.

    Raises ValueError for another pool, FileNotFoundError if there is no such bank, and BankError if it is none.
    """
    path = bank_path(module, pool)
    # The one place where what a learner runs reads keys: those of pools whose keys are public.
    from ..items.bank import load_bank
    from ..items.selfcheck import payload

    return SelfCheck(payload(load_bank(path), cite=_cite))
