"""The calculator in JupyterLab: an anywidget around the module of the published page."""

from __future__ import annotations

import json
from typing import Any

import anywidget
import traitlets
from anywidget.experimental import command

from ..core import remote
from .calculator import calculator_html, calculator_payload
from .esm import bundle, styles


class LiveCalculator(anywidget.AnyWidget):  # type: ignore[misc]  # ipywidgets ships no types
    """The practice calculator; its Python runs in the kernel."""

    _esm = bundle("calculator_host.js")
    _css = styles("calculator.css")
    payload = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(payload=calculator_payload(), html=calculator_html())

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def compute(self, message: Any, _buffers: Any) -> tuple[Any, list[bytes]]:
        """Answer the front end's request, as `core.remote` does in the published page."""
        return json.loads(remote.answer(json.dumps(message))), []
