"""The directive ``self-check MODULE``: the formative items of a module, to answer in the page.

Without JavaScript the page shows each item with its options, and its key in a part that opens.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..items import BankError, load_bank
from ..items.selfcheck import payload
from . import bibliography

_POOLS = ("formative", "pretest")


class course_self_check(nodes.General, nodes.Element):  # noqa: N801  # docutils names nodes in lower case
    """A self-check; ``bank`` is the path of its item bank."""


class SelfCheck(SphinxDirective):
    """``self-check MODULE`` with ``:pool: formative`` (the default) or ``pretest``."""

    required_arguments = 1
    option_spec: ClassVar = {"pool": lambda argument: directives.choice(argument, _POOLS)}

    def run(self) -> list[nodes.Node]:
        """Return the node; a bank that is missing or wrong is an error at the directive's line."""
        name = f"{self.arguments[0]}.{self.options.get('pool', 'formative')}.yaml"
        path = Path(self.env.srcdir) / "quizzes" / "banks" / name
        self.env.note_dependency(str(path))
        try:
            load_bank(path)
        except BankError as error:
            raise self.error(f"self-check: {error}") from None
        return [course_self_check("", bank=str(path))]


def _cite(key: str) -> dict[str, str]:
    return {"label": bibliography.label(key), "href": bibliography.link(key)}


def _href(translator: Any, where: str) -> str:
    """Return the address of ``book/PAGE#ANCHOR``, relative to the page being written."""
    page, _, anchor = where.partition("#")
    builder = translator.builder
    here = builder.get_target_uri(builder.current_docname)
    there = relative_uri(here, builder.get_target_uri(page))
    return f"{there}#{anchor}" if anchor else str(there)


def _list(entries: list[str], tag: str = "ul") -> str:
    return f"<{tag}>" + "".join(f"<li>{entry}</li>" for entry in entries) + f"</{tag}>"


def _texts(options: list[dict[str, str]]) -> str:
    return _list([escape(option["text"]) for option in options])


def _with_places(text: str, numbers: dict[str, int]) -> str:
    """Return a text with each ``[[gap]]`` as a numbered blank."""
    plain = escape(text)
    for gap, number in numbers.items():
        plain = plain.replace(f"[[{escape(gap)}]]", f"____ ({number})")
    return plain


def _exhibit_html(exhibit: dict[str, Any]) -> str:
    rows = []
    for series in exhibit["series"]:
        readings = zip(series["times"], series["values"], strict=True)
        said = ", ".join(f"{value} at {time} {exhibit['time_unit']}" for time, value in readings)
        rows.append(escape(f"{series['name']} ({series['unit']}): {said}"))
    made_up = "<p><small>Made-up readings for practice</small></p>" if exhibit.get("made_up") else ""
    return f"<p><b>{escape(exhibit['title'])}</b></p>{made_up}{_list(rows)}"


def _asked_html(item: dict[str, Any]) -> str:
    """Return what is to be answered, without any input."""
    kind = item["type"]
    if kind == "trend":
        return _asked_html(item["ask"])
    if kind in ("single", "multiple", "ordered"):
        return _texts(item["options"])
    if kind == "matrix":
        columns = ", ".join(escape(column["text"]) for column in item["columns"])
        return f"<p>For each: {columns}</p>{_texts(item['rows'])}"
    if kind in ("cloze", "rationale"):
        numbers = {gap: number for number, gap in enumerate(item["gaps"], start=1)}
        rows = item["table"]["rows"] if "table" in item else [[item["text"]]]
        lines = "".join(f"<p>{_with_places(' | '.join(row), numbers)}</p>" for row in rows)
        choices = [" / ".join(escape(option["text"]) for option in options) for options in item["gaps"].values()]
        return lines + _list(choices, "ol")
    if kind == "highlight":
        marked = [part if isinstance(part, str) else f"[{part['text']}]" for part in item["passage"]]
        return f"<p>{escape(''.join(marked))}</p>"
    if kind == "bow_tie":
        sides = (("actions", "Actions to take"), ("conditions", "Condition"), ("monitor", "Parameters to monitor"))
        return "".join(f"<p>{title}</p>{_texts(item[side])}" for side, title in sides)
    if kind == "numeric":
        return f"<p>A number, in {escape(' or '.join(item['units']))}</p>"
    return ""


def _key_html(item: dict[str, Any]) -> str:
    """Return the key with its rationales."""
    asked = item.get("ask", item)
    key, kind, whys = item["key"], asked["type"], item["rationales"]

    def named(options: list[dict[str, str]], correct: list[str], group: str = "") -> list[str]:
        lines = []
        for option in options:
            word = "<b>Right:</b> " if option["id"] in correct else ""
            why = whys[f"{group}.{option['id']}" if group else option["id"]]
            lines.append(f"{word}{escape(option['text'])}. {escape(why)}")
        return lines

    if kind in ("single", "multiple"):
        return _list(named(asked["options"], key["correct"]))
    if kind == "ordered":
        options = {option["id"]: option for option in asked["options"]}
        return _list(named([options[each] for each in key["correct"]], []), "ol")
    if kind == "matrix":
        columns = {column["id"]: column["text"] for column in asked["columns"]}
        lines = []
        for row in asked["rows"]:
            right = ", ".join(columns[each] for each in key["correct"][row["id"]]) or "none"
            lines.append(escape(f"{row['text']}: {right}. {whys[row['id']]}"))
        return _list(lines)
    if kind in ("cloze", "rationale"):
        gaps = asked["gaps"].items()
        return _list([_list(named(options, [key["correct"][gap]], gap)) for gap, options in gaps], "ol")
    if kind == "highlight":
        return _list(named([part for part in asked["passage"] if not isinstance(part, str)], key["correct"]))
    if kind == "bow_tie":
        correct = key["correct"]
        return "".join((
            _list(named(asked["actions"], correct["actions"], "actions")),
            _list(named(asked["conditions"], [correct["condition"]], "condition")),
            _list(named(asked["monitor"], correct["monitor"], "monitor")),
        ))  # fmt: skip
    if kind == "numeric":
        return f"<p><b>Right:</b> {key['value']:g} {escape(key['unit'])}</p>"
    return _list([escape(f"{line['for']} ({line['points']:g})") for line in key["rubric"]])


def _item_html(item: dict[str, Any]) -> str:
    case = item.get("case")
    texts = (
        [f"<p><b>Case: {escape(case['title'])}</b></p>", *(f"<p>{escape(text)}</p>" for text in case["scenario"])]
        if case
        else []
    )
    exhibit = _exhibit_html(item["exhibit"]) if "exhibit" in item else ""
    sources = "; ".join(
        f'<a href="{escape(each["href"])}">{escape(each["label"])}</a>' if each["href"] else escape(each["label"])
        for each in item["references"]
    )
    where = f'<a href="{escape(item["where"]["href"])}">{escape(item["where"]["label"])}</a>'
    return (
        f"{''.join(texts)}<p>{escape(item['stem'])}</p>{exhibit}{_asked_html(item)}"
        f"<details><summary>Show the answer</summary>{_key_html(item)}"
        f"<p>{escape(item['why'])}</p><p><small>Read again: {where}. Sources: {sources}</small></p></details>"
    )


def fallback_html(content: dict[str, Any]) -> str:
    """Return the items of a payload as a list to read, with each key in a part that opens."""
    return _list([_item_html(item) for item in content["items"]], "ol")


def _visit_html(translator: Any, node: course_self_check) -> None:
    content = payload(load_bank(Path(node["bank"])), cite=_cite, href=lambda where: _href(translator, where))
    data = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
    translator.body.append(
        f'<div class="kc-selfcheck-host">{fallback_html(content)}'
        f'<script type="application/json" class="kc-selfcheck">{data}</script></div>'
    )
    raise nodes.SkipNode


def _skip(_translator: Any, _node: course_self_check) -> None:
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_node(course_self_check, html=(_visit_html, None), latex=(_skip, None), text=(_skip, None))
    app.add_directive("self-check", SelfCheck)
