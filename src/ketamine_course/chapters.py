"""The pages of the book as their authors write them: front matter, headings, directives and prose.

``book/chapter_template.md`` lies among them and is none of them: it is the specification of a chapter.
Only the Markdown is read here, line by line, so that whatever is said about a page names its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

#: The specification of a chapter, which is not a page.
TEMPLATE = "chapter_template.md"

_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)

#: Directives whose content is prose; what any other holds is code, data or nothing.
_HOLD_PROSE = {
    *("admonition", "attention", "caution", "danger", "dropdown", "epigraph", "error", "glossary", "hint"),
    *("important", "margin", "note", "seealso", "sidebar", "tip", "topic", "warning"),
}

_FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})\s*(?:\{(?P<name>[\w-]+)\}\s*(?P<argument>.*))?")
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")

#: Roles that leave one word, two words, or nothing on the page.
_VALUE_ROLE = re.compile(r"\{(?:value|magnitude|calc)\}`[^`]*`")
_TIME_ROLE = re.compile(r"\{time\}`[^`]*`")
_CITE_ROLE = re.compile(r" ?\{(?:foot)?cite(?::\w+)?\}`[^`]*`")
_OTHER_ROLE = re.compile(r"\{[\w:-]+\}`([^`<]*?)(?:\s*<[^`]*>)?`")


@dataclass(frozen=True)
class Prose:
    """A line of prose: its number in the file, its text as a reader gets it, and what it belongs to.

    ``kind`` is ``text``, ``item`` (of a list, or what a definition list says of a term) or ``row`` (of a table).
    ``block`` counts the paragraphs and items of the page, so that lines of one are told from those of another.
    ``run_in`` is the bold opening of a paragraph, a heading rather than a sentence of it.
    """

    number: int
    text: str
    kind: str
    block: int
    run_in: str = ""

    def sentences(self) -> list[str]:
        """Return the sentences of the line, without its bold opening."""
        return sentences(self.text[len(self.run_in) :])


@dataclass(frozen=True)
class Directive:
    """A directive: the number of its line, its name, its argument, its options and its content."""

    number: int
    name: str
    argument: str
    options: dict[str, str]
    content: tuple[str, ...]


@dataclass
class Section:
    """A heading of the second level with what stands beneath it; what stands before the first has no heading."""

    number: int
    heading: str
    prose: list[Prose] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)


def front_matter(page: Path) -> dict[str, Any]:
    """Return the front matter of a page, empty if it has none."""
    match = _FRONT_MATTER.match(page.read_text(encoding="utf-8"))
    found = yaml.safe_load(match[1]) if match else None
    return found if isinstance(found, dict) else {}


def pages(root: Path) -> Iterator[Path]:
    """Yield the pages of ``book/`` that somebody wrote; those of the tables lie deeper and are not among them."""
    return (path for path in sorted((root / "book").glob("*.md")) if path.name != TEMPLATE)


def chapters(root: Path) -> list[Path]:
    """Return the pages whose front matter has ``chapter``, in the order of their file names."""
    return [path for path in pages(root) if "chapter" in front_matter(path)]


def plain(text: str) -> str:
    """Return a line of Markdown as a reader gets it: a number stands for a value, nothing for a citation."""
    text = _VALUE_ROLE.sub("0", _TIME_ROLE.sub("0 days", _CITE_ROLE.sub("", text)))
    text = _OTHER_ROLE.sub(r"\1", text)
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})?", r"\1", text)
    return re.sub(r"[*`]|</?\w[^>]*>|(?<!\w)_|_(?!\w)", "", text).strip()


def words(text: str) -> list[str]:
    """Return the words of plain text; a number is a word, a dash or a sign alone is none."""
    return [word for word in text.split() if re.search(r"\w", word)]


def read_sections(text: str) -> list[Section]:
    """Take a page apart at its headings of the second level; the first section is what stands before them."""
    matter = _FRONT_MATTER.match(text)
    start = matter[0].count("\n") if matter else 0
    sections = [Section(start + 1, "")]
    open_fences: list[str] = []  # of directives whose content is prose
    closed: tuple[str, int] | None = None  # the fence of what holds no prose, and the line of its directive
    content: list[str] = []
    block = 0
    in_paragraph = False
    for number, line in enumerate(text.splitlines()[start:], start + 1):
        stripped = line.strip()
        if closed is not None:
            if stripped and set(stripped) == {closed[0][0]} and len(stripped) >= len(closed[0]):
                sections[-1].directives[-1:] = [_with_content(sections[-1].directives[-1], content)]
                closed = None
            else:
                content.append(line)
            continue
        fence = _FENCE.fullmatch(stripped)
        if fence:
            in_paragraph = False
            if not fence["name"] and open_fences and fence["fence"].startswith(open_fences[-1]):
                open_fences.pop()
                continue
            name = fence["name"] or "code"
            sections[-1].directives.append(Directive(number, name, (fence["argument"] or "").strip(), {}, ()))
            if name in _HOLD_PROSE:
                open_fences.append(fence["fence"])
            else:
                closed, content = (fence["fence"], number), []
            continue
        heading = re.match(r"(#+)\s+(.*)", stripped)
        if heading and not open_fences:
            in_paragraph = False
            if len(heading[1]) == 2:
                sections.append(Section(number, heading[2].strip()))
            continue
        if not stripped or stripped.startswith("%") or re.fullmatch(r"\(.*\)=|[-+*_]{3,}|:[\w-]+:.*", stripped):
            in_paragraph = False
            continue
        if stripped.startswith("|"):
            cells = stripped.strip("|")
            if not re.fullmatch(r"[|:\s-]+", cells):
                block += 1
                sections[-1].prose.append(Prose(number, plain(cells.replace("|", " ")), "row", block))
            continue
        item = _ITEM.match(stripped)
        definition = re.match(r":\s+", stripped)
        if item or definition or not in_paragraph:
            block += 1
        in_paragraph = True
        mark = item or definition
        kind = "item" if mark or (line[0] == " " and _is_item(sections[-1])) else "text"
        bare = stripped[mark.end() :] if mark else stripped
        run_in = re.match(r"\*\*[^*]+[.?!:]\*\*", bare)
        sections[-1].prose.append(Prose(number, plain(bare), kind, block, plain(run_in[0]) if run_in else ""))
    return sections


def _is_item(section: Section) -> bool:
    return bool(section.prose) and section.prose[-1].kind == "item"


def _with_content(directive: Directive, lines: list[str]) -> Directive:
    options, rest = {}, list(lines)
    while rest and (option := re.fullmatch(r"\s*:([\w-]+):\s*(.*)", rest[0])):
        options[option[1]] = option[2].strip()
        rest.pop(0)
    return Directive(directive.number, directive.name, directive.argument, options, tuple(rest))


def sentences(text: str) -> list[str]:
    """Split plain text where a sentence ends and another begins with a capital letter."""
    parts = re.split(r"(?<=[.?!])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z])", text)
    merged: list[str] = []
    for part in parts:
        if merged and re.search(r"(?:^|\s)(?:e\.g|i\.e|vs|cf|Dr|Prof|Mr|Mrs|Ms|St|No|etc|[A-Z])\.$", merged[-1]):
            merged[-1] += f" {part}"
        else:
            merged.append(part)
    return [part for part in merged if part.strip()]
