"""A still picture (SVG) of one view: shown before the figure wakes up, without JavaScript, and in print.

It draws the same plotly dictionaries as the living figure: scatter traces with lines,
markers, letters, labels and error bars; horizontal bars, side by side or stacked; bands and
lines; annotations; several y axes; categories.
No library does that without a browser, and the build must not need one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .figure import Figure

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 440, 52, 16, 24, 64
_TICK_LENGTH = 5
_MARKER_RADIUS = 8
_DASHES = {"dash": "6 5", "dot": "2 4", "dashdot": "6 3 2 3", "longdash": "10 4", "longdashdot": "10 3 2 3"}


class _Axis:
    """A plotly axis laid on a span of pixels."""

    def __init__(
        self,
        axis: Mapping[str, Any],
        pixels: tuple[float, float],
        values: list[float],
        categories: Sequence[str] = (),
    ) -> None:
        self.categories = list(categories)
        self.log = axis.get("type") == "log"
        if "range" in axis:
            low, high = axis["range"]
        else:
            low, high = min(values, default=0), max(values, default=1)
            pad = (high - low or 1) * 0.08
            low, high = low - pad, high + pad
        self.low, self.high, self.pixels = low, high, pixels

    def at(self, value: Any) -> float:
        """Return the pixel of a data value: a number, or the name of a category."""
        if self.categories:
            return self.at_axis(self.categories.index(value))
        return self.at_axis(math.log10(value) if self.log else value)

    def at_axis(self, value: float) -> float:
        """Return the pixel of a value in the axis's own terms (a logarithm on a log axis)."""
        start, end = self.pixels
        pixel: float = start + (value - self.low) / (self.high - self.low) * (end - start)
        return round(pixel, 1)

    def ticks(self) -> list[float]:
        """Return round values for an axis that names none."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        step *= next(factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 6)
        first = math.ceil(self.low / step) * step
        return [round(first + index * step, 6) for index in range(int((self.high - first) / step) + 1)]


def _text(x: float, y: float, text: str, anchor: str = "middle", extra: str = "") -> str:
    bold = text.startswith("<b>")
    plain = text.replace("<b>", "").replace("</b>", "")
    weight = ' font-weight="bold"' if bold else ""
    lines = plain.split("<br>")
    if len(lines) == 1:
        return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{weight}{extra}>{escape(plain)}</text>'
    spans = "".join(f'<tspan x="{x}" dy="{0 if i == 0 else 14}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    return f'<text x="{x}" y="{y - 7 * (len(lines) - 1)}" text-anchor="{anchor}"{weight}{extra}>{spans}</text>'


#: Triangles of plotly, and by how many degrees each is turned.
_TRIANGLES = {"triangle-up": 0, "triangle-right": 90, "triangle-down": 180, "triangle-left": 270}


def _marker(x: float, y: float, symbol: str, colour: str, letter: str) -> str:
    is_open = symbol.endswith("-open")
    fill = "var(--kc-ground)" if is_open else colour
    style = f'style="fill:{fill};stroke:{colour if is_open else "var(--kc-ground)"}" stroke-width="1.5"'
    r = _MARKER_RADIUS
    shape = symbol.removesuffix("-open")
    if shape == "square":
        drawn = f'<rect x="{x - r + 1}" y="{y - r + 1}" width="{2 * r - 2}" height="{2 * r - 2}" {style}/>'
    elif shape == "line-ns":
        drawn = f'<path d="M{x} {y - r}V{y + r}" {style.replace("var(--kc-ground)", colour)}/>'
    elif shape in _TRIANGLES:
        turn = f' transform="rotate({_TRIANGLES[shape]} {x} {y})"' if _TRIANGLES[shape] else ""
        drawn = f'<path d="M{x} {y - r - 1}L{x + r + 1} {y + r - 1}H{x - r - 1}Z" {style}{turn}/>'
    elif shape == "diamond":
        drawn = f'<path d="M{x} {y - r - 2}L{x + r + 2} {y}L{x} {y + r + 2}L{x - r - 2} {y}Z" {style}/>'
    else:
        drawn = f'<circle cx="{x}" cy="{y}" r="{r - 0.5}" {style}/>'
    if not letter:
        return drawn
    ink = colour if is_open else "var(--kc-ground)"
    return (
        drawn + f'<text class="kc-letter" x="{x}" y="{y + 3.6}" text-anchor="middle" style="fill:{ink}">{letter}</text>'
    )


def legend_sign(sign: str, colour: str) -> str:
    """Return a small SVG of a legend's sign: a marker's letter, a marker's shape, or ``line:`` and its dash."""
    if sign.startswith("line:"):
        dash = _DASHES.get(sign.removeprefix("line:"), "")
        drawn = (
            f'<line x1="1" x2="23" y1="12" y2="12" style="stroke:{colour}" stroke-width="3" stroke-dasharray="{dash}"/>'
        )
        return f'<svg class="kc-sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">{drawn}</svg>'
    is_shape = len(sign) > 1
    drawn = (
        _marker(12, 12, sign, colour or "var(--kc-ink)", "") if is_shape else _marker(12, 12, "circle", colour, sign)
    )
    return f'<svg class="kc-sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">{drawn}</svg>'


def _axis_name(trace: Mapping[str, Any]) -> str:
    return "yaxis" + str(trace.get("yaxis", "y"))[1:]


def picture(figure: Figure, key: str) -> str:
    """Return one view of a figure as an SVG element, its finding as the text alternative.

    Raises KeyError if the figure has no such view.
    """
    view = figure.views[key]
    layout = figure.layouts[view.layout]
    traces = [figure.traces[name] for name in view.traces]
    height = layout["height"]
    bars = any(trace["type"] == "bar" for trace in traces)
    left = 16 if layout["yaxis"].get("visible") is False else _LEFT
    x_axis = _Axis(layout["xaxis"], (left, _WIDTH - _RIGHT), [])
    plot_top, plot_bottom = _TOP, height - _BOTTOM
    frame, marks = [], []

    shown_x = layout["xaxis"].get("visible", True)
    ticks = layout["xaxis"]["tickvals"] if shown_x else []
    for name, tick in zip(layout["xaxis"].get("ticktext") or map(str, ticks), ticks, strict=False):
        x = x_axis.at(tick)
        frame.append(f'<line class="kc-tick" x1="{x}" x2="{x}" y1="{plot_top}" y2="{plot_bottom + _TICK_LENGTH}"/>')
        frame.append(_text(x, plot_bottom + 18 + 7 * name.count("<br>"), name))
    if shown_x:
        frame.append(_text((left + _WIDTH - _RIGHT) / 2, height - 8, layout["xaxis"]["title"]["text"]))

    axes: dict[str, _Axis] = {}
    for name, axis in layout.items():
        if not name.startswith("yaxis"):
            continue
        low, high = axis.get("domain", (0, 1))
        pixels = (plot_bottom - low * (plot_bottom - plot_top), plot_bottom - high * (plot_bottom - plot_top))
        if bars:
            labels = axis["categoryarray"]
            axes[name] = _Axis({"range": [-0.5, max(1, len(labels)) - 0.5]}, pixels, [])
            continue
        if axis.get("type") == "category":
            axes[name] = _Axis(axis, pixels, [], axis["categoryarray"])
            continue
        values = [value for trace in traces if _axis_name(trace) == name for value in trace["y"]]
        axes[name] = _Axis(axis, pixels, values)
        if axis.get("visible") is False:
            continue
        for tick in axes[name].ticks():
            y = axes[name].at(tick)
            frame.append(f'<line class="kc-grid" x1="{left}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
            frame.append(_text(left - 8, y + 4, f"{tick:g}".replace("-", "−"), "end"))
        middle = (pixels[0] + pixels[1]) / 2
        frame.append(_text(16, middle, axis["title"]["text"], extra=f' transform="rotate(-90 16 {middle})"'))

    for shape in layout["shapes"]:
        x0, x1 = x_axis.at(shape["x0"]), x_axis.at(shape["x1"])
        if shape.get("type") == "line":
            frame.append(f'<line class="kc-rule" x1="{x0}" x2="{x1}" y1="{plot_top}" y2="{plot_bottom}"/>')
            continue
        marks.append(
            f'<rect class="kc-band" x="{x0}" y="{plot_top}" width="{round(x1 - x0, 1)}" '
            f'height="{plot_bottom - plot_top}"/>'
        )
    for trace in traces:
        if trace["type"] == "bar":
            marks += _bars(trace, x_axis, axes["yaxis"], layout["yaxis"]["categoryarray"])
        else:
            marks += _scatter(trace, x_axis, axes[_axis_name(trace)])
    for note in layout["annotations"]:
        x = left if note["xref"] == "paper" else x_axis.at_axis(note["x"])
        if note["yref"] == "paper":
            y = plot_top - 6
        else:
            place = layout["yaxis"]["categoryarray"].index(note["y"]) if bars else note["y"]
            y = axes["yaxis"].at(place) + 4 - note.get("yshift", 0)
            if note["yanchor"] == "bottom":  # the last line of several stands here
                y -= 7 * note["text"].count("<br>") + 2
        anchor = {"left": "start", "right": "end", "center": "middle"}[note["xanchor"]]
        marks.append(_text(x + note.get("xshift", 0), y, note["text"], anchor))

    return (
        f'<svg class="kc-picture" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label={quoteattr(view.finding)}>'
        f'<g class="kc-frame">{"".join(frame)}</g><g class="kc-marks">{"".join(marks)}</g>'
        f'<g class="kc-guesses" data-top="{plot_top}" data-bottom="{plot_bottom}"></g></svg>'
    )


def _scatter(trace: Mapping[str, Any], x_axis: _Axis, y_axis: _Axis) -> list[str]:
    places = [None if x is None else (x_axis.at(x), y_axis.at(y)) for x, y in zip(trace["x"], trace["y"], strict=True)]
    drawn = []
    if trace.get("fill") == "toself":
        points = " ".join(f"{x},{y}" for x, y in filter(None, places))
        fill = f'style="fill:{trace["line"]["color"]}" fill-opacity="{trace["opacity"]}"'
        return [f'<polygon points="{points}" {fill}/>']
    if "lines" in trace["mode"]:
        dashes = _DASHES.get(trace["line"].get("dash", "solid"))
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        for line in _unbroken(places):
            points = " ".join(f"{x},{y}" for x, y in line)
            drawn.append(
                f'<polyline points="{points}" fill="none" style="stroke:{trace["line"]["color"]}" '
                f'stroke-width="{trace["line"]["width"]}"{dash}/>'
            )
    if "error_y" in trace:
        bars = trace["error_y"]
        for place, y, up, down in zip(places, trace["y"], bars["array"], bars["arrayminus"], strict=True):
            if place and (up or down):
                x = place[0]
                drawn.append(
                    f'<line x1="{x}" x2="{x}" y1="{y_axis.at(y - down)}" y2="{y_axis.at(y + up)}" '
                    f'style="stroke:{bars["color"]}" stroke-width="1.5"/>'
                )
    marker = trace["marker"]
    sizes = marker["size"] if isinstance(marker["size"], list) else [marker["size"]] * len(places)
    seen = marker.get("opacity", 1)
    seen = seen if isinstance(seen, list) else [seen] * len(places)
    beside = trace.get("textposition") == "top right"
    for place, text, size, opacity in zip(places, trace["text"], sizes, seen, strict=True):
        if place and size and opacity:
            drawn.append(_marker(*place, marker["symbol"], marker["color"], "" if beside else text))
        if place and text and beside:
            lift = max(12, size / 2 + 4) + 7 * text.count("<br>")  # the last of several lines stands here
            drawn.append(_text(place[0], place[1] - lift, text, "start"))
    return drawn


def _unbroken(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Return the stretches of places between gaps that hold at least two, which is what makes a line."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place:
            stretches[-1].append(place)
        else:
            stretches.append([])
    return [stretch for stretch in stretches if len(stretch) > 1]


def _bars(trace: Mapping[str, Any], x_axis: _Axis, y_axis: _Axis, labels: list[str]) -> list[str]:
    drawn = []
    thickness = 17
    for label, value, text in zip(trace["y"], trace["x"], trace["text"], strict=True):
        middle = y_axis.at(labels.index(label))
        y = middle + 1 if trace["offsetgroup"] == "control" else middle - thickness - 1
        opacity = ' fill-opacity="0.6"' if trace["offsetgroup"] == "control" else ""
        width = round(x_axis.at(value) - x_axis.at(0), 1)
        drawn.append(
            f'<rect x="{x_axis.at(0)}" y="{y}" width="{width}" height="{thickness}" '
            f'style="fill:{trace["marker"]["color"]}"{opacity}/>'
        )
        drawn.append(_text(x_axis.at(value) + 6, y + 13, text, "start"))
    return drawn
