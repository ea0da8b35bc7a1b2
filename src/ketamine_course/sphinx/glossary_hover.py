"""The meaning of a term where a page first uses it: shown on hover and on keyboard focus.

The role ``{term}`` links to the glossary anyway. The first of its links to each term of a page carries the
definition beside it, as text that CSS shows (``static/glossary.css``), so that it works without JavaScript;
``static/glossary.js`` adds that Escape puts it away and that it turns upwards at the window's end. Later links,
links in headings and tables, and the glossary itself stay plain.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes

from .assets import FOLDER

#: Where a definition would not fit, or would be read twice.
_PLAIN_IN = (nodes.title, nodes.table, nodes.footnote, addnodes.glossary)

#: What a definition's text leaves out.
_NOT_SAID = (nodes.footnote_reference, nodes.raw, nodes.system_message)


class course_term(nodes.Inline, nodes.TextElement):  # noqa: N801  # docutils names nodes in lower case
    """A link to a term with its meaning: ``href``, ``meaning`` and the ``number`` of the tooltip on its page."""


def _meaning(definition: nodes.Element) -> str:
    """Return the first paragraph of a definition as plain text, without its citations."""
    paragraph = next(iter(definition.findall(nodes.paragraph)), None)
    if paragraph is None:
        return ""
    paragraph = paragraph.deepcopy()
    for node in list(paragraph.findall()):
        if isinstance(node, _NOT_SAID):
            node.parent.remove(node)
    text = " ".join(paragraph.astext().split())
    for mark in ".,;:":
        text = text.replace(f" {mark}", mark)
    return text


def _collect(app: Any, document: nodes.document) -> None:
    """Note the definitions of a page's glossary, and whether the page uses terms."""
    env, page = app.env, app.env.docname
    _forget(app, env, page)
    for glossary in document.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            definition = next(iter(item.findall(nodes.definition)), None)
            ids = [each for term in item.findall(nodes.term) for each in term["ids"]]
            if definition is not None:
                env.kc_meanings.update({each: (page, _meaning(definition)) for each in ids})
    if any(link["reftype"] == "term" for link in document.findall(addnodes.pending_xref)):
        env.kc_term_pages.add(page)


def _start(app: Any) -> None:
    for name, empty in (("kc_meanings", {}), ("kc_term_pages", set())):
        if not hasattr(app.env, name):
            setattr(app.env, name, empty)


def _forget(_app: Any, env: Any, page: str) -> None:
    env.kc_meanings = {key: value for key, value in env.kc_meanings.items() if value[0] != page}
    env.kc_term_pages.discard(page)


def _merge(_app: Any, env: Any, pages: list[str], other: Any) -> None:
    env.kc_meanings.update({key: value for key, value in other.kc_meanings.items() if value[0] in pages})
    env.kc_term_pages |= other.kc_term_pages & set(pages)


def _outdated(_app: Any, env: Any, _added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Let every page that uses terms be read again when the glossary changed."""
    glossaries = {page for page, _ in env.kc_meanings.values()}
    return sorted(env.kc_term_pages - removed) if glossaries & (changed | removed) else []


def _is_plain(node: nodes.Node) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, _PLAIN_IN):
            return True
        parent = parent.parent
    return False


def _mark_first(app: Any, document: nodes.document, page: str) -> None:
    """Turn the first link to each term into a link with its meaning."""
    seen: set[str] = set()
    for link in list(document.findall(nodes.reference)):
        inner = link.children[0] if link.children else None
        if not isinstance(inner, nodes.inline) or "std-term" not in inner.get("classes", ()):
            continue
        target = link.get("refid") or link.get("refuri", "").partition("#")[2]
        home, meaning = app.env.kc_meanings.get(target, ("", ""))
        if not meaning or home == page or meaning in seen or _is_plain(link):
            continue
        seen.add(meaning)  # synonyms share a meaning
        term = course_term("", "", inner.deepcopy(), href=link["refuri"], meaning=meaning, number=len(seen))
        link.replace_self(term)


def _visit_html(translator: Any, node: course_term) -> None:
    translator.body.append(
        f'<span class="kc-term"><a class="reference internal" href="{escape(node["href"])}"'
        f' aria-describedby="kc-meaning-{node["number"]}">'
    )


def _depart_html(translator: Any, node: course_term) -> None:
    translator.body.append(
        f'</a><span class="kc-meaning" role="tooltip" id="kc-meaning-{node["number"]}">'
        f"<span>{escape(node['meaning'])}</span></span></span>"
    )


def _pass(_translator: Any, _node: course_term) -> None:
    """Print the term alone where nothing can be pointed at."""


def _page_files(app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    if 'class="kc-term"' in (context.get("body") or ""):
        app.add_css_file(f"{FOLDER}/glossary.css")
        app.add_js_file(f"{FOLDER}/glossary.js", type="module")


def setup(app: Any) -> None:
    """Register what notes the meanings, and what shows them."""
    app.add_node(course_term, html=(_visit_html, _depart_html), latex=(_pass, _pass), text=(_pass, _pass))
    app.connect("builder-inited", _start)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-read", _collect)
    app.connect("doctree-resolved", _mark_first)
    app.connect("html-page-context", _page_files, priority=400)
