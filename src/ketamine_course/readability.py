"""How easily a chapter reads, by formulas that see only the length of sentences and words.

They find long sentences and long words. They do not see whether a text is clear, true or kind, so nothing fails
by them. The formulas: Flesch, R., "A new readability yardstick", Journal of Applied Psychology 1948 (reading ease:
higher is easier, 60 to 70 plain English); Kincaid, J. P. and others for the US Navy, 1975 (grade: years of school).

No library, because textstat 0.7.13 downloads a dictionary when it is first used and pyphen counts too few syllables.
Against the CMU dictionary the count by spelling was right for 99 of 100 words of four chapters (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .chapters import chapters, front_matter, read_sections, sentences, words

#: A sentence with more words is called long.
LONG = 30

_VOWELS = "aeiouy"
#: A silent e or ed at the end, and one within a word, as in improvement and something.
_SILENT_END = re.compile(r"(?:[^aeiouy]e|[^aeiouytd]ed|[^aeiouysxz]es|[^aeiouy]ely)$")
_SILENT_WITHIN = re.compile(r"(?<=[^aeiouy])e(?=(?:ment|ty|thing|ful|less|where)s?$)|(?<=ev)e(?=ry)")
#: Endings that look silent and are heard, as in table and changes.
_HEARD_END = re.compile(r"(?:[^aeiouy]les?|[^aeiouyl]led|(?:ch|sh|c|g)es)$")
#: Vowels beside each other that belong to two syllables, as in diet, suicide and area.
_APART = re.compile(
    r"i(?:a(?!l\b|n\b|ge)|o(?!n|us)|um|e[tn]|er\b|est\b)|(?:[^q]|^)u(?:a|o|ity|ici)|eo(?!u|pl)|[aeo]ing|ua[lt]|rea$|ea[ct]e"
)


def syllables(word: str) -> int:
    """Return the syllables of an English word, estimated by its spelling; at least 1.

    Groups of vowels are counted, less silent endings. An abbreviation in capitals is spelt out,
    a syllable a letter; so is a number, a syllable a digit.
    """
    bare = re.sub(r"[^\w'’-]", "", word)
    if "-" in bare:
        return sum(syllables(part) for part in bare.split("-") if part) or 1
    if re.fullmatch(r"[A-Z0-9]{2,}s?|[\d.,]+", bare):
        return max(1, len(re.sub(r"\W|s$", "", bare)))
    bare = re.sub(r"['’]s?|\W|\d|_", "", bare.lower())
    bare = _SILENT_WITHIN.sub("", bare)
    count = len(re.findall(rf"[{_VOWELS}]+", bare)) + len(_APART.findall(bare))
    if _SILENT_END.search(bare) and not _HEARD_END.search(bare):
        count -= 1
    return max(1, count)


@dataclass(frozen=True)
class Measures:
    """What is counted in a text."""

    words: int
    sentences: int
    syllables: int
    long_sentences: int

    @property
    def sentence_length(self) -> float:
        """Mean number of words in a sentence."""
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def long_share(self) -> float:
        """Share of the sentences that are long, from 0 to 1."""
        return self.long_sentences / self.sentences if self.sentences else 0.0

    @property
    def reading_ease(self) -> float:
        """Flesch reading ease (1948); 0 for no text."""
        if not self.words:
            return 0.0
        return 206.835 - 1.015 * self.sentence_length - 84.6 * self.syllables / self.words

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade level (1975); 0 for no text."""
        return 0.39 * self.sentence_length + 11.8 * self.syllables / self.words - 15.59 if self.words else 0.0


def measure(texts: Iterable[str]) -> Measures:
    """Measure texts, each of one or several sentences."""
    split = [words(sentence) for text in texts for sentence in sentences(text)]
    counted = [each for each in split if each]
    return Measures(
        words=sum(map(len, counted)),
        sentences=len(counted),
        syllables=sum(syllables(word) for each in counted for word in each),
        long_sentences=sum(len(each) > LONG for each in counted),
    )


def measure_page(page: Path) -> tuple[Measures, Measures]:
    """Return the measures of a page's plain-language summary and of all its prose; tables are left out."""
    sections = read_sections(page.read_text(encoding="utf-8"))
    summary = [line.text for each in sections if each.heading == "In plain words" for line in each.prose]
    whole = [line.text for each in sections for line in each.prose if line.kind != "row"]
    return measure(summary), measure(whole)


def report(root: Path) -> list[str]:
    """Return the table of all chapters, in their order."""
    heads = ("chapter", "words", "sentences", "mean", "long", "ease", "grade", "summary: ease", "grade")
    rows = []
    for page in sorted(chapters(root), key=lambda page: (_number(page), page.name)):
        summary, whole = measure_page(page)
        rows.append((
            f"{front_matter(page)['chapter']} {page.stem}",
            f"{whole.words:,}",
            str(whole.sentences),
            f"{whole.sentence_length:.1f}",
            f"{whole.long_share:.0%}",
            f"{whole.reading_ease:.0f}",
            f"{whole.grade:.1f}",
            f"{summary.reading_ease:.0f}",
            f"{summary.grade:.1f}",
        ))  # fmt: skip
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = []
    for row in [heads, *rows]:
        first, *others = (cell.ljust(width) if not index else cell.rjust(width)
                          for index, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *others]))
    return [*lines, f"mean: words in a sentence; long: sentences of more than {LONG} words"]


def _number(page: Path) -> int:
    number = str(front_matter(page)["chapter"])
    return int(number) if number.isdecimal() else 0
