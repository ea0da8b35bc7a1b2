"""A figure in JupyterLab: an anywidget around the same ES module that the published page runs."""

from __future__ import annotations

import base64
import gzip
import json
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from anywidget.experimental import command

from .. import evidence
from ..core import remote
from ..figures import Figure, static_html
from ..figures.figure import view_key

_STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def _plotly_js() -> bytes:
    from plotly.offline import get_plotlyjs

    # Compressed, because a Jupyter server drops messages beyond 3 MB in 3 s (iopub_data_rate_limit).
    return gzip.compress(get_plotlyjs().encode("utf-8"), mtime=0)


def _csv_data_url(table: str) -> str:
    content = evidence.table_path(table).read_bytes()
    return "data:text/csv;base64," + base64.b64encode(content).decode("ascii")


def _cite(key: str) -> str:
    label, href = evidence.reference(key)
    return f'<a href="{escape(href)}">{escape(label)}</a>' if href else escape(label)


class LiveFigure(anywidget.AnyWidget):  # type: ignore[misc]  # ipywidgets ships no types
    """A figure whose choices are shared with Python.

    ``choices`` maps each control's name to its value; setting it moves the figure.
    """

    _esm = _STATIC / "figure.js"
    _css = _STATIC / "figure.css"
    payload = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    # Empty in JupyterLab, where plotly.js comes from the kernel; an address in the page.
    plotly_url = traitlets.Unicode().tag(sync=True)

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        if figure.live:
            remote.keep(figure.live.context_name, json.dumps(figure.live.context))
        super().__init__(
            payload=figure.payload_json(),
            html=static_html(figure, _csv_data_url, _cite),
            choices={control.name: control.options[0].value for control in figure.controls},
        )

    @traitlets.validate("choices")  # type: ignore[untyped-decorator]  # traitlets is not typed
    def _known_choices(self, proposal: Any) -> dict[str, str]:
        chosen: dict[str, str] = proposal["value"]
        for control in self._figure.controls:
            values = [option.value for option in control.options]
            if chosen.get(control.name) not in values:
                raise traitlets.TraitError(
                    f"choices[{control.name!r}] is {chosen.get(control.name)!r}; choose one of {', '.join(values)}"
                )
        return chosen

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def plotly(self, _message: Any, _buffers: Any) -> tuple[dict[str, str], list[bytes]]:
        """Send plotly.js, gzipped, to the browser that asks for it."""
        return {}, [_plotly_js()]

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def compute(self, message: Any, _buffers: Any) -> tuple[Any, list[bytes]]:
        """Answer the front end's request for a state, as `core.remote` does in the published page."""
        return json.loads(remote.answer(json.dumps(message))), []

    def shown_rows(self) -> list[evidence.Row]:
        """Return the rows of evidence behind the view that the choices select."""
        if live := self._figure.live:
            request = {"function": live.function, "arguments": [self.choices], "context": live.context_name}
            return [evidence.row(row_id) for row_id in self.compute(request, [])[0]["result"]["row_ids"]]
        key = view_key(self.choices[control.name] for control in self._figure.controls)
        return [evidence.row(row_id) for row_id in self._figure.views[key].row_ids]
