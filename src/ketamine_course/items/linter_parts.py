"""What the item linter looks at: the texts, choices and words of an item of any type, as loaded from YAML.

Independent of the loader, so that a bank which the loader refuses can still be linted: whatever is
missing or of the wrong type reads as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: A choice's row in an item, such as an option with ``id``, ``text``, ``why`` and ``correct``.
Raw = Mapping[str, Any]

_GAP = re.compile(r"\[\[([^\]]+)\]\]")
_PLACE = re.compile(r"\{[^{}]*\}")

#: Between straight or curly double quotes; or between single quotes that are no apostrophes.
_QUOTED = re.compile(r"[\"“„«][^\"”“»]*[\"”“»]|(?<!\w)['‘][^'’]*(?:['’]\w[^'’]*)*['’](?!\w)")

_WORD = re.compile(r"[^\W_]+(?:[.,/'’][^\W_]+)*")

#: Words that carry no content of their own.
STOP_WORDS = frozenset(
    """a about above after again against all also am an and another any are as at be because been before being
    below between both but by can could did do does doing down during each either else ever every few for from
    further get give given gives giving had has have having he her here hers him his how i if in into is it its
    itself just let like made make makes many may me might more most much must my near need needs neither no nor not
    now of off on once one only or other our out over own per same shall she should since so some such than that the
    their them then there these they this those three through to too two under until up upon us very was we were
    what when where whether which while who whom whose why will with within without would yes you your""".split()
)

#: Words of nearly every item of a nursing course: they name the frame of a question, not what it is about.
FRAME_WORDS = frozenset(
    """action actions answer answers appropriate apply ask asks asked asking base based begin begins best case
    change changes
    check checks choice choices choose client clients clinician complete correct course day days describe
    describes described do doctor done explain explains explanation explanations expect expected fact false
    finding findings first following four group hour hours important initial item items know last later
    least likely list main mark match mean means minute minutes month months new next nurse nurse's
    nurses option options order patient patient's patients people person person's place plan planned point
    possible priority put question reason reasons report reports right say says select sentence set show shows sign
    signs start starts state statement statements step steps student study studies take takes taken taking tell
    tells text thing things time times today told true use used useful uses using week weeks well word words
    work write wrong year years""".split()
)

_SUFFIXES = (
    "ations ation ings ing ments ment ives ive ions ion ities ity ies ness ers er ed ents ent ences ence "
    "ants ant ances ance als al ally ly es s y e"
).split()


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen, or a row or column of a matrix."""

    place: str
    text: str
    correct: bool
    raw: Raw


@dataclass(frozen=True)
class Group:
    """Choices that stand beside each other.

    ``kind`` is ``one`` (exactly one is right), ``several``, ``rows``, ``columns``, ``ordered`` or ``spans``.
    ``lead`` is the text that runs into the choices: the stem, or what stands before a gap.
    """

    name: str
    kind: str
    lead: str
    choices: tuple[Choice, ...]

    @property
    def keys(self) -> tuple[Choice, ...]:
        """The right choices."""
        return tuple(choice for choice in self.choices if choice.correct)

    @property
    def distractors(self) -> tuple[Choice, ...]:
        """The wrong choices."""
        return tuple(choice for choice in self.choices if not choice.correct)


@dataclass(frozen=True)
class Parts:
    """An item taken apart.

    ``body`` is the text with gaps or the passage; ``context`` says that a scenario or an exhibit comes
    before the stem; ``inherited`` is the reference of the case around it.
    """

    item: Raw
    type: str
    stem: str
    body: str
    context: bool
    inherited: str
    groups: tuple[Group, ...]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text of the item, rationales too, with its place; of a case, only what is its own."""
        yield from _texts(self.item, "")


def text_of(value: Any) -> str:
    """Return a text as a learner reads it: what YAML read as a number or as yes is text too."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def rows_of(value: Any) -> list[Raw]:
    """Return the mappings of a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


#: Fields of an item that no learner reads as text, or that are items of their own.
_NOT_TEXT = frozenset(
    "id type version points objective step bloom where reference suppress scoring salt items correct formula".split()
)


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        name = text_of(value.get("id"))
        for key, inner in value.items():
            if key not in _NOT_TEXT:
                yield from _texts(inner, " ".join(filter(None, (place, name if place else "", str(key)))))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, place)
    elif isinstance(value, str):
        yield place, text_of(value)


def _choices(value: Any, name: str, correct: frozenset[str] = frozenset()) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"{name} {text_of(raw.get('id')) or number}",
            text_of(raw.get("text")),
            raw.get("correct") is True or text_of(raw.get("id")) in correct,
            raw,
        )
        for number, raw in enumerate(rows_of(value), 1)
    )


def _cells(table: Any) -> list[str]:
    """Return the rows of a cloze table, each as one text: its first cell tells what the gap is about."""
    rows = table.get("rows") if isinstance(table, Mapping) else None
    return [" ".join(text_of(cell) for cell in row) for row in rows or [] if isinstance(row, list)]


def take_apart(item: Raw, context: bool = False, inherited: str = "") -> Parts:
    """Return the parts of an item of any type but ``case``, whose six items are taken apart one by one."""
    kind = text_of(item.get("type"))
    asked: Raw = item
    if kind == "trend" and isinstance(item.get("ask"), Mapping):
        asked = item["ask"]
        kind = text_of(asked.get("type"))
    stem = " ".join(filter(None, (text_of(item.get("stem")), text_of(asked.get("stem")) if asked is not item else "")))
    body = ""
    groups: list[Group] = []
    if kind in ("single", "multiple", "ordered"):
        name = {"single": "one", "multiple": "several", "ordered": "ordered"}[kind]
        groups.append(Group("options", name, stem, _choices(asked.get("options"), "option")))
    elif kind == "matrix":
        groups.append(Group("rows", "rows", stem, _choices(asked.get("rows"), "row")))
        groups.append(Group("columns", "columns", stem, _choices(asked.get("columns"), "column")))
    elif kind in ("cloze", "rationale"):
        lines = [text_of(asked.get("text")), *_cells(asked.get("table"))]
        body = " ".join(filter(None, lines))
        gaps = asked.get("gaps")
        for gap, options in gaps.items() if isinstance(gaps, Mapping) else ():
            if isinstance(options, Mapping):
                options = options.get("options")
            line = next((line for line in lines if f"[[{gap}]]" in line), "")
            before = _GAP.sub("…", line.split(f"[[{gap}]]")[0]).strip()
            groups.append(Group(f"gap {gap}", "one", before, _choices(options, f"gap {gap} option")))
    elif kind == "highlight":
        passage = asked.get("passage")
        body = " ".join(
            text_of(part.get("text")) if isinstance(part, Mapping) else text_of(part)
            for part in (passage if isinstance(passage, list) else [])
        )
        groups.append(Group("passage", "spans", stem, _choices(passage, "span")))
    elif kind == "bow_tie":
        for name, many in (("actions", "several"), ("conditions", "one"), ("monitor", "several")):
            groups.append(Group(name, many, stem, _choices(asked.get(name), name)))
    context = context or bool(item.get("exhibit")) or bool(item.get("scenario"))
    return Parts(item, kind, stem, body, context, inherited, tuple(groups))


def without_gaps(text: str) -> str:
    """Return a text with its gaps taken out."""
    return _GAP.sub(" ", text)


def has_gap(text: str) -> bool:
    """Return whether a text has a gap to fill."""
    return _GAP.search(text) is not None


def without_quotations(text: str) -> str:
    """Return a text without what stands between quotation marks: that is somebody's wording, not the writer's."""
    return _QUOTED.sub(" ", text)


def plain(text: str) -> str:
    """Return a text with each place of a row's number or a parameter as a word of ordinary length."""
    return _PLACE.sub("0000", text)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; numbers with their decimals are words too."""
    return [word.replace("’", "'") for word in _WORD.findall(plain(text).lower())]


def root(word: str) -> str:
    """Return a word without its ending, so that "sedated" and "sedation" are one; at least four letters stay."""
    word = word.removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


def content_words(text: str, frame: bool = False) -> dict[str, str]:
    """Return the words that carry content, by root; those of the frame of a question only if ``frame``."""
    return {
        root(word): word
        for word in words(text)
        if len(word) > 2
        and word not in STOP_WORDS
        and (frame or word not in FRAME_WORDS)
        and not any(letter.isdigit() for letter in word)
    }


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a full stop within a number or an abbreviation such as e.g. ends none."""
    return [part for part in re.split(r"(?<=[.?!:])[\"”']?\s+(?=[\"“'‘(]?[A-Z0-9{\[])", text.strip()) if part]


_INSTRUCTION = re.compile(r"\(?(select|choose|tick|mark|check|pick|drag|click)\b", re.IGNORECASE)


def lead_in(stem: str) -> str:
    """Return the question of a stem: its last sentence with a question mark, else its last that is no "Select …"."""
    parts = sentences(stem)
    asked = [part for part in parts if "?" in part]
    told = [part for part in parts if not _INSTRUCTION.match(part)]
    return (asked or told or parts or [""])[-1]
