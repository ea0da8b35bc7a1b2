"""The PHQ-9 scorer in JupyterLab: the same payload and module as in the published page."""

from __future__ import annotations

import json

import anywidget
import traitlets

from . import esm
from .phq9 import payload


class Phq9Scorer(anywidget.AnyWidget):
    """The PHQ-9. Answers stay in the browser's memory: no trait holds them, so a notebook cannot keep them."""

    _esm = esm.bundle("phq9.js")
    _css = esm.styles("phq9.css")
    payload = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(payload=json.dumps(payload()))
