"""The rules of the item linter: flaws of writing that a program can see.

Each rule says in one sentence why it is one and where that is printed. What was read of the sources:

- the list of flaws after the guidelines of the National Board of Medical Examiners (NBME), as adapted
  in table 1 of "Technical flaws in multiple-choice questions in the access exam to medical specialties",
  BMC Medical Education, doi:10.1186/s12909-016-0559-7 (``_NBME``);
- the abstract of Haladyna, Downing and Rodriguez, Applied Measurement in Education 2002,
  doi:10.1207/s15324818ame1503_5, and its guidelines 15, 17, 20, 21, 23, 25, 27 and 28 word by word, as quoted on
  www.aledev.com in October 2023 (``_TAXONOMY``; the article itself was not read);
- the pages named in the rule.

A number in a rule (a length, a count) that no source gives is ours, and its comment says how it was chosen.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .linter_numbers import in_one_frame, intervals
from .linter_parts import (
    Choice,
    Group,
    Parts,
    content_words,
    has_gap,
    lead_in,
    plain,
    sentences,
    text_of,
    without_gaps,
    without_quotations,
    words,
)
from .linter_stigma import STIGMA

#: Where a finding is and what is wrong there.
Found = Iterator[tuple[str, str]]

_NBME = "list of flaws after the NBME guidelines, BMC Medical Education, doi:10.1186/s12909-016-0559-7, table 1"
_TAXONOMY = (
    "Haladyna, Downing and Rodriguez 2002, doi:10.1207/s15324818ame1503_5, guideline {}, as quoted on aledev.com"
)
_UAMS = "University of Arkansas for Medical Sciences, General Guidelines for Item Construction, uams.edu/oed"
_HOUSE = "quizzes/README.md: every choice explains itself and names its source"


@dataclass(frozen=True)
class Rule:
    """A rule: its id, ``error`` or ``warning``, why it is one, the remedy, where that is printed, and the search."""

    id: str
    severity: str
    why: str
    remedy: str
    reference: str
    search: Callable[[Parts], Found]


#: Every rule by its id.
RULES: dict[str, Rule] = {}


def _rule(
    name: str, severity: str, why: str, remedy: str, reference: str
) -> Callable[[Callable[[Parts], Found]], Callable[[Parts], Found]]:
    def register(search: Callable[[Parts], Found]) -> Callable[[Parts], Found]:
        RULES[name] = Rule(name, severity, why, remedy, reference, search)
        return search

    return register


def _of(parts: Parts, *kinds: str) -> Iterator[Group]:
    return (group for group in parts.groups if group.kind in kinds and group.choices)


def _short(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'


# --- The choices -----------------------------------------------------------------------------------------------------

_OF_ALL = re.compile(
    r"""\b(all|none|any|both|neither|each|either|most|some|two|three|four)\ of\ (the\ |these\ |those\ )?
        (above|below|(above|other|preceding|previous|listed|given)?\s?(options|answers|choices|responses|alternatives))\b
      | \b(all|none|both|neither)\ (the\ )?(above|below)\b
      | ^(all|none|both|neither|any|either)\ of\ (these|them|those)\W*$
      | ^(all|both|none|every\ one|two|three|four)\ (\w+\ ){0,3}(are|is)\ (correct|true|right|wrong|false)\W*$
      | ^(all|none|both|neither)\W*$
      | ^no\ (option|answer|choice)\b | \bno\ correct\ (answer|option)\b
      | ^(the\ )?(above|previous|preceding)\ (are|is)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@_rule(
    "all-of-the-above",
    "error",
    "Somebody who knows two right choices, or one wrong one, has the answer without knowing the rest.",
    "Write a choice of its own, use fewer choices, or ask with a select-all-that-apply item.",
    f"{_NBME}; {_TAXONOMY.format(25)}",
)
def _all_of_the_above(parts: Parts) -> Found:
    for group in _of(parts, "one", "several", "rows"):
        for choice in group.choices:
            if _OF_ALL.search(choice.text):
                yield choice.place, f"the choice {_short(choice.text)} stands for other choices"


_LETTERS = re.compile(
    r"^(both |either |neither |only |options? |answers? |choices? )*\(?([a-h]|[1-8]|i{1,3}|iv|v)\)?"
    r"((, ?| ?& ?| and | or | nor |, and | but not )\(?([a-h]|[1-8]|i{1,3}|iv|v)\)?)+( only| are \w+)?\W*$",
    re.IGNORECASE,
)


@_rule(
    "combined-choices",
    "error",
    "A choice such as “A and C” is a puzzle of letters, solved by ruling out one part of it.",
    "Make it a select-all-that-apply item, or choices that stand for themselves.",
    "exameval.com, Item Writing Flaws, Combination Answer Format",
)
def _combined(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        # "1 and 2" can be a range of numbers; letters and Roman numerals are names of other choices.
        if intervals([choice.text for choice in group.choices]):
            continue
        for choice in group.choices:
            if _LETTERS.match(choice.text):
                yield choice.place, f"the choice {_short(choice.text)} combines other choices"


#: An absolute word, unless what follows or precedes makes it a plain quantity ("all four limbs", "every 15 minutes").
_ABSOLUTE = re.compile(
    r"""\b(?P<word>always | never(?!\s+events?\b) | absolutely | completely | totally | entirely | invariably
      | exclusively | solely | everyone | everybody | nobody | no\ one | impossible | guarantee[sd]?
      | under\ (?:no|any|all)\ circumstances? | without\ exceptions? | in\ (?:all|every)\ cases?
      | (?<!\bnot\ )(?<!-)only(?!\s+child)
      | every\ (?:single\ )?(?:person|patient|client|case|time|one|nurse|drug|trial|symptom|treatment|medicine)
      | (?<!\bat\ )(?<!\bafter\ )(?<!\babove\ )(?<!\bfirst\ of\ )(?<!-)all(?!-)
        (?!\s+(?:two|three|four|five|six|seven|eight|nine|ten|\d+|that\ apply|day|night|right|over|fours)\b)
      )\b(?!-)""",
    re.IGNORECASE | re.VERBOSE,
)


@_rule(
    "absolute-term",
    "warning",
    "Few things always hold, so a choice with an absolute word is ruled out by how it is written.",
    "Say when it holds, or take the word out. Somebody's own words belong between quotation marks.",
    f"{_NBME}; {_TAXONOMY.format('28a')}",
)
def _absolute(parts: Parts) -> Found:
    for group in _of(parts, "one", "several", "rows"):
        found = []
        for choice in group.choices:
            # "All of the above" has a rule of its own.
            match = None if _OF_ALL.search(choice.text) else _ABSOLUTE.search(without_quotations(choice.text))
            found.append((choice, match["word"].lower() if match else ""))
        # A word that every choice has tells none from the others.
        if len({word for _, word in found}) > 1 or len(found) == 1:
            for choice, word in found:
                if word:
                    yield choice.place, f"{_short(choice.text)} says “{word}”"


_VAGUE = re.compile(
    r"""\b(?P<word>(?<!more\ )(?<!less\ )(?<!as\ )(?<!how\ )(?<!most\ )(?<!least\ )(?<!too\ )(?<!more\ or\ )
        (?:often|frequently|rarely|commonly)
      | usually | sometimes | occasionally | generally | seldom | typically | might | may
      | from\ time\ to\ time | now\ and\ then | at\ times | once\ in\ a\ while | hardly\ ever
      | in\ (?:many|some|most)\ cases
      )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_MONTH = re.compile(r"\b(\d+\.? |in |on |early |late |of |since |until )May\b|\bMay \d")


@_rule(
    "vague-frequency",
    "warning",
    "Readers put very different numbers to “often” or “may”, so a right answer is argued about.",
    "Give the frequency, or state what happens.",
    f"{_NBME}; {_UAMS}",
)
def _vague(parts: Parts) -> Found:
    for group in _of(parts, "one", "several", "rows"):
        for choice in group.choices:
            match = _VAGUE.search(_MONTH.sub(" ", without_quotations(choice.text)))
            if match:
                yield choice.place, f"{_short(choice.text)} says “{match['word'].lower()}”"


#: The key is clearly longer if it has 1.4 times the letters of the longest distractor and 15 letters more. Ours:
#: somebody who guesses by length compares the two longest choices, sees a third at a glance, and two or three
#: words make no difference in choices of one or two words.
LONGER_TIMES, LONGER_LETTERS = 1.4, 15


@_rule(
    "longest-is-key",
    "warning",
    "Writers take care that the key is fully right, which makes it the longest, and test-takers know it.",
    "Shorten the key (its detail belongs in the rationale), or make a distractor as specific.",
    f"{_NBME}; Pham, Besanko and Devitt 2018, doi:10.15694/mep.2018.0000225.1 (raised the scores of 10 flaws' four)",
)
def _longest(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        keys, distractors = ([len(plain(each.text)) for each in part] for part in (group.keys, group.distractors))
        if not keys or not distractors:
            continue
        # Where several are right, the shortest of them counts: then length alone tells all of them.
        key, other = min(keys), max(distractors)
        if key >= LONGER_TIMES * other and key >= other + LONGER_LETTERS:
            yield group.keys[0].place, f"the key has {key} letters, the longest distractor {other}"


@_rule(
    "word-repeated",
    "warning",
    "A word of the stem that only the key repeats gives it away (a clang association).",
    "Use another word in the stem or the key, or the same word in a distractor.",
    f"{_NBME}; {_TAXONOMY.format('28b')}",
)
def _clang(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        if not group.keys or not group.distractors:
            continue
        stem = parts.stem if group.lead == parts.stem else f"{parts.stem} {group.lead}"
        asked = content_words(stem)
        keys = [content_words(each.text) for each in group.keys]
        distractors = [content_words(each.text) for each in group.distractors]
        in_keys = set(asked).intersection(*keys)
        repeated = in_keys - set().union(*distractors)
        # If most distractors repeat a word of the stem as well, the repetition tells nobody anything.
        as_well = sum(bool(set(asked) & set(each) - in_keys) for each in distractors)
        if repeated and as_well * 2 <= len(distractors):
            named = ", ".join(f"“{asked[each]}”" for each in sorted(repeated))
            yield group.keys[0].place, f"{named} stands in the stem and the key and in no distractor"


#: How a word sounds where its first letter misleads.
_SOUNDS_OPEN = re.compile(
    r"(hour|honest|honou?r|heir|[aeio]|u(?!ni(?!n)|s[aeu]|r[aeiou]|ti|to|k)|(mri|ecg|ssri|snri|nmda|fbc|x-ray|8|11|18)\b)"
)
_RUN_IN = re.compile(
    r"""\b(an?|the|is|are|was|were|be|by|to|of|for|with|that|because|should|must|will|can|would|as|in|on|at|from|than
      |has|have|had|include|includes|cause|causes|caused|means|requires|needs|about|if|when|and)\s*[:…_]*$""",
    re.IGNORECASE | re.VERBOSE,
)


def _plural(text: str) -> bool:
    head = re.split(r",| (?:of|in|on|for|with|to|from|at) ", text.lower())[0].strip(" .")
    return bool(re.search(r"\band\b", text.lower())) or (
        head.endswith("s") and not head.endswith(("ss", "sis", "us", "itis", "is", "ics", "tes"))
    )


def _form(text: str) -> str:
    """Return how a choice begins: ``to give``, ``giving``, a clause with its own subject, or another way."""
    first = (words(text) or [""])[0]
    if first == "to":
        return "to …"
    if first in ("because", "since", "by", "that", "which"):
        return f"{first} …"
    if first in ("it", "he", "she", "they", "there", "this", "we", "you", "i"):
        return "a clause"
    if len(first) > 5 and first.endswith("ing") and first not in ("nothing", "something", "morning", "evening"):
        return "… -ing"
    return "other"


@_rule(
    "grammatical-cue",
    "warning",
    "A choice that does not follow from the stem in grammar is ruled out without any knowledge.",
    "Make every choice follow from the stem: a(n), the number, the form of the verb, the full stop at the end.",
    f"{_NBME}; {_TAXONOMY.format('28c')}",
)
def _grammar(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        lead = group.lead.strip().rstrip(":…_ ").lower()
        texts = [choice.text for choice in group.choices]
        begins = [(words(text) or [""])[0] for text in texts]
        if article := re.search(r"(?<![\w(/])(an?)$", lead):
            for choice, begin in zip(group.choices, begins, strict=True):
                if begin and bool(_SOUNDS_OPEN.match(begin)) is not (article[1] == "an"):
                    yield choice.place, f"“{article[1]}” does not go with {_short(choice.text)}"
        is_run_in = (group.name != "options" and bool(lead)) or _runs_in(group.lead)
        if not is_run_in:
            question = lead_in(parts.stem).lower() if group.lead == parts.stem else ""
            number = re.search(
                r"^(?:which|what)(?: \w+)? (are|were)\b(?! (?:the|these|of|you)\b.*\bof these\b)", question
            )
            if group.kind == "one" and number and len(texts) > 2:
                plurals = [_plural(choice.text) for choice in group.choices]
                if sum(plurals) == 1 and plurals[[choice.correct for choice in group.choices].index(True)]:
                    yield "stem", f"“{number[1]}” asks for several, and the key alone is plural"
            continue
        if verb := re.search(r"\b(is|are|was|were)$", lead):
            plurals = [_plural(text) for text in texts]
            if verb[1] in ("are", "were") and len(set(plurals)) > 1:
                named = next(text for text, many in zip(texts, plurals, strict=True) if not many)
                yield "stem", f"“{verb[1]}” does not go with {_short(named)}"
            nouns = [re.match(r"(the|an?|two|three|several|both|these)\b", text.lower()) for text in texts]
            if verb[1] in ("is", "was") and len(set(plurals)) > 1 and (all(nouns) or not any(nouns)):
                many_nouns = [
                    text for text, many in zip(texts, plurals, strict=True) if many and len(text.split()) <= 4
                ]
                if many_nouns and max(len(text.split()) for text in texts) <= 4:
                    yield "stem", f"“{verb[1]}” does not go with {_short(many_nouns[0])}"
        forms = Counter(_form(text) for text in texts)
        if len(forms) > 1 and not (
            set(forms) == {"… -ing", "other"}
            and not re.search(r"\b(by|to|should|must|will|can|would|is|of|before|after|for)$", lead)
        ):
            odd, _ = min(forms.items(), key=lambda pair: pair[1])
            named = next(text for text in texts if _form(text) == odd)
            yield "stem", f"{_short(named)} does not run on from the stem as the others do"
        ends = {text.rstrip()[-1:] in ".!?" for text in texts if text.strip()}
        if len(ends) > 1:
            yield "stem", "some choices end with a full stop and others do not"


def _runs_in(stem: str) -> bool:
    """Return whether a stem is the beginning of a sentence that each choice completes."""
    end = stem.strip()
    return (
        bool(end) and end[-1] not in '.?!)”"' and (bool(_RUN_IN.search(end)) or end[-1] in ":…_" or end[-1].isalnum())
    )


def _normal(text: str) -> str:
    # "Ward A" ends with a name, "A ward" begins with an article.
    return " ".join(words(re.sub(r"^(?:A|An|The)\b|\b(?:a|an|the)\b", " ", text)))


_NEGATION = re.compile(r"\b(not|no|never|without|stop|avoid|cannot|non|less|un\w+)\b|n't\b")


@_rule(
    "overlapping-choices",
    "error",
    "If one choice lies within another, both are right or both are wrong: there is a second key or a lost choice.",
    "Make the ranges meet without sharing a number, or the choices exclude each other.",
    "assess.com, item writing tips (numerical options overlap); US Navy, Navy Instructional Theory 14300 "
    "(no alternative within another; read in translation)",
)
def _overlap(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        texts = [choice.text for choice in group.choices]
        ranges = intervals(texts)
        for (first, one), (second, other) in itertools.combinations(enumerate(group.choices), 2):
            if ranges is not None:
                low, high = ranges[first], ranges[second]
                if low != high and low.overlaps(high):
                    yield one.place, f"{_short(one.text)} and {_short(other.text)} share a number"
            elif contained := _contained(one.text, other.text):
                yield one.place, f"{_short(contained)} is part of another choice"


def _contained(one: str, other: str) -> str:
    """Return the choice that lies within the other, or nothing: its words stand there in a row and no more is meant."""
    if in_one_frame([one, other]):
        return ""
    short, long = sorted((one, other), key=lambda text: len(_normal(text)))
    part, whole = _normal(short), _normal(long)
    if not part or part == whole or f" {part} " not in f" {whole} ":
        return ""
    before, _, after = f" {whole} ".partition(f" {part} ")
    if _NEGATION.search(before) or _NEGATION.search(after):
        return ""
    joined = bool(re.search(r"\b(and|or|plus|with|both)\b|,", long.lower()[: len(long)]))
    # One word inside a phrase is a name inside another name (pain, chest pain; sodium, sodium chloride).
    return short if len(part.split()) > 1 or joined else ""


@_rule(
    "numeric-order",
    "warning",
    "Numbers out of order cost time to read and are told to hide the key.",
    "Put them in rising or falling order.",
    f"{_TAXONOMY.format(21)}; {_NBME}",
)
def _order(parts: Parts) -> Found:
    for group in _of(parts, "one", "several"):
        texts = [choice.text for choice in group.choices]
        ranges = intervals(texts)
        numbers: list[tuple[float, ...]] | None
        numbers = [(each.low, each.high) for each in ranges] if ranges else in_one_frame(texts)
        if numbers and len(numbers) > 2 and numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
            yield group.name, "the numbers are in no order: " + ", ".join(texts)


@_rule(
    "duplicate-choices",
    "error",
    "Two choices that say the same cannot be told apart, so neither can be the key.",
    "Take one of them out.",
    "US Navy, Navy Instructional Theory 14300 (alternatives of the same meaning; read in translation)",
)
def _duplicate(parts: Parts) -> Found:
    for group in _of(parts, "one", "several", "rows", "columns", "ordered"):
        ranges = intervals([choice.text for choice in group.choices])
        for (first, one), (second, other) in itertools.combinations(enumerate(group.choices), 2):
            same = bool(_normal(one.text)) and sorted(_normal(one.text).split()) == sorted(_normal(other.text).split())
            if same and _normal(one.text) != _normal(other.text):
                # The same words in another order are the same only in a list: X and Y, Y and X.
                same = bool(re.search(r"\b(and|or)\b", one.text)) and not _directed(one.text)
            if same or (ranges is not None and ranges[first] == ranges[second]):
                yield other.place, f"{_short(other.text)} says the same as {_short(one.text)}"


def _directed(text: str) -> bool:
    """Return whether a list also has words that make its order matter: from X to Y, X before Y, high X and low Y."""
    return bool(re.search(r"\b(to|from|than|before|after|then|in|by|of|high|low|more|less|\w+er)\b", text.lower()))


#: Fewest and most choices of each kind. Three are enough for one best answer (Rodriguez 2005); a menu of a gap has 3
#: to 5, a matrix at least 4 rows and 2 or 3 columns, select all that apply 5 to 10 (Elsevier and nclex-review.com on
#: the item types of the NCLEX). Ours are wider where a small bank needs it; bow-tie lists follow the bank's contract.
COUNTS = {
    "one": (3, 6),
    "several": (4, 10),
    "rows": (3, 10),
    "columns": (2, 5),
    "ordered": (3, 8),
    "spans": (3, 15),
    "actions": (4, 6),
    "conditions": (3, 5),
    "monitor": (4, 6),
}


#: A text with fewer words for each gap is a puzzle. Ours: "The person is at risk for … because of …" has four.
WORDS_A_GAP = 3


@_rule(
    "choice-count",
    "error",
    "Too few choices are guessed, too many are read without testing more.",
    "Add plausible choices or take the least plausible out.",
    "Rodriguez 2005, doi:10.1111/j.1745-3992.2005.00006.x; evolve.elsevier.com, NGN item types; nclex-review.com",
)
def _count(parts: Parts) -> Found:
    for group in parts.groups:
        least, most = COUNTS.get(group.name, COUNTS[group.kind])
        count = len(group.choices)
        if not least <= count <= most:
            yield group.name, f"{count} choices, where {least} to {most} serve"
        elif group.kind in ("several", "spans") and not group.distractors:
            yield group.name, "every choice is right, so there is nothing to tell apart"
    gaps = sum(group.name.startswith("gap ") for group in parts.groups)
    text = parts.item.get("text") or ""
    if gaps > 1 and text and len(words(without_gaps(text_of(text)))) < WORDS_A_GAP * gaps:
        yield "text", f"{gaps} gaps leave too few words to tell what belongs into them"


def _elements(text: str) -> set[str]:
    return set(content_words(text, frame=True)) | {word for word in words(text) if word.isdigit()}


@_rule(
    "convergence",
    "warning",
    "Distractors are made by changing parts of the key, so the choice that shares most with the others is the key.",
    "Vary the parts evenly over the choices, as in a table of two by two, or make choices that share none.",
    f"{_NBME}; {_UAMS}",
)
def _convergence(parts: Parts) -> Found:
    for group in _of(parts, "one"):
        if len(group.keys) != 1 or len(group.choices) < 4:
            continue
        elements = {choice.place: _elements(choice.text) for choice in group.choices}
        in_all = set.intersection(*elements.values())
        counts = Counter(itertools.chain.from_iterable(elements.values()))

        def shared(choice: Choice, counts: Counter[str] = counts, in_all: set[str] = in_all) -> list[str]:
            return [each for each in _elements(choice.text) - in_all if counts[each] > 1]

        def score(choice: Choice, counts: Counter[str] = counts) -> int:
            return sum(counts[each] - 1 for each in shared(choice))

        key = group.keys[0]
        others = [each for each in group.distractors if set(shared(key)) & elements[each.place]]
        best = max(score(each) for each in group.distractors)
        # Ours: two shared parts, each distractor but one holding some of them, and a lead over the next, so that a
        # word that two sentences happen to share is none.
        own = len(elements[key.place] - in_all)
        if (
            len(shared(key)) >= 2
            and len(others) >= len(group.distractors) - 1
            and score(key) > best
            and len(shared(key)) * 2 >= own
        ):
            yield key.place, "the key shares most words with the other choices: " + ", ".join(sorted(shared(key)))


#: Words that exclude each other: of two choices that differ in one of them alone, one or the other must hold.
_POLES = tuple(
    (dimension, pole, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for dimension, poles in {
        "change": (
            r"increas\w+|rises?|rising|raises?|raised|goes up|higher|more|faster|speeds? up|longer|greater"
            r"|overrepresented",
            r"decreas\w+|falls?|falling|lowers?|lowered|goes down|reduc\w+|less|fewer|slower|slows?(?: down)?|shorter"
            r"|smaller|drops?|underrepresented",
            r"(?:stays?|remains?|is|are) (?:the same|unchanged|stable|constant|equal)|(?:does|do) not change|no change"
            r"|unchanged|equally|has no effect on|no effect on|does not affect",
        ),
        "pupil": (r"dilat\w+|widen\w*", r"constrict\w*|narrow\w*"),
        "sign": (r"positive", r"negative"),
        "presence": (r"present|with", r"absent|without"),
        "level": (r"high|fast|hot|warm", r"low|slow|cold|cool"),
        "course": (r"better|improv\w+|gains?", r"worse|worsen\w*|loss|loses?"),
    }.items()
    for pole, pattern in enumerate(poles)
)


def _pole(text: str) -> tuple[str, int, frozenset[str]] | None:
    """Return the dimension of a choice, its pole and what else it says; ``None`` without or with several poles."""
    found = [(dimension, pole, pattern) for dimension, pole, pattern in _POLES if pattern.search(text)]
    neutral = [each for each in found if each[:2] == ("change", 2)]
    if neutral:
        found = neutral
    if len(found) != 1:
        return None
    dimension, pole, pattern = found[0]
    rest = pattern.sub(" ", text)
    # "In group A" and "in group B" are not the same.
    return dimension, pole, frozenset(content_words(rest, frame=True)) | set(re.findall(r"\b[A-Z]\b|\d+", rest))


@_rule(
    "opposite-choices",
    "warning",
    "If two choices are opposites, one of them holds, so the others are ruled out without any knowledge.",
    "Give each choice its opposite, make every choice a direction of the same thing, or keep one of the two.",
    f"{_NBME} (options that are collectively exhaustive); {_TAXONOMY.format('28e')}",
)
def _opposites(parts: Parts) -> Found:
    for group in _of(parts, "one"):
        poles = {choice.place: _pole(choice.text) for choice in group.choices}
        in_pairs: dict[str, str] = {}
        for one, other in itertools.combinations(group.choices, 2):
            first, second = poles[one.place], poles[other.place]
            if first and second and first[0] == second[0] and first[1] != second[1] and first[2] == second[2]:
                in_pairs[one.place], in_pairs[other.place] = other.text, one.text
        neutral = {place for place, pole in poles.items() if pole and pole[:2] == ("change", 2)}
        outside = [choice for choice in group.choices if choice.place not in in_pairs and choice.place not in neutral]
        for key in group.keys:
            if key.place in in_pairs and outside:
                yield key.place, f"{_short(key.text)} and {_short(in_pairs[key.place])} leave no room for the others"


# --- The stem --------------------------------------------------------------------------------------------------------

_AUXILIARY = frozenset("is are was were has have had does do did should can could may might must will would".split())
_SUBORDINATE = frozenset(
    "who whom whose that when if because after before while although since unless until where as though which".split()
)
_LEAST = re.compile(
    r"\b(?P<word>least|LEAST)\s+(?:likely|important|appropriate|effective|urgent|useful|accurate|correct|helpful|suitable|"
    r"concern\w*|consistent|common|relevant|acceptable|desirable|necessary|reliable|probable|significant|essential|"
    r"beneficial|priority|reassuring|worr\w+|safe|plausible|frequent|expected|valid|true)\b",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"(?<!what )\b(?:is|are|be|was|were)\s+(?:the\s+)?(?:most\s+)?"
    r"(?P<word>false|incorrect|untrue|inaccurate|wrong|inappropriate|unlikely|unsuitable)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(r"(?P<word>\b(?:except|excluding|other than)\b)(?!\s+for\s+\w+[^?:]*\?)", re.IGNORECASE)
_NOT = re.compile(r"^(not|never|cannot|neither|.*n't)$")


def _main_negation(sentence: str) -> str:
    """Return the not or never of the main clause as written, or nothing.

    A verb after "who", "that", "when" … is the subordinate clause's, the next one the main clause's again:
    "Which drugs that are given should not …" against "Which sign shows that the pump is not running?".
    """
    open_clauses, main_verb_seen = 0, False
    tokens = re.findall(r"[\w'’*]+", sentence)
    for place, token in enumerate(tokens):
        word = token.strip("*_").lower().replace("’", "'")
        if (
            place
            and word in _SUBORDINATE
            and not (word in ("that", "which") and tokens[place - 1].lower() in ("of", "in"))
        ):
            open_clauses += 1
        elif word in _AUXILIARY or word.endswith("n't") or word == "cannot":
            if open_clauses and not word.endswith("n't") and word != "cannot":
                open_clauses -= 1
                in_main = False
            elif open_clauses:
                open_clauses -= 1
                continue
            else:
                in_main, main_verb_seen = True, True
            if word.endswith("n't") or word == "cannot":
                return str(token)
            following = [each.strip("*_").lower() for each in tokens[place + 1 : place + 4]]
            for each in ("not", "never"):
                if each in following:
                    if in_main:
                        return str(tokens[place + 1 + following.index(each)])
                    break
        elif word in ("not", "never") and not main_verb_seen and not open_clauses:
            previous = tokens[place - 1].strip("*_").lower() if place else ""
            if previous not in _AUXILIARY:
                return str(token)
    return ""


def _negative(parts: Parts) -> str:
    """Return the negative word of the lead-in as written, or nothing."""
    sentence = without_quotations(lead_in(parts.stem))
    for pattern in (_EXCEPT, _LEAST, _WRONG):
        if match := pattern.search(sentence):
            return str(match["word"])
    told = re.search(
        r"\b(?:select|choose|tick|mark)\b[^.]*\b(?:do|does|are|is)\s+(?P<word>not)\b", parts.stem, re.IGNORECASE
    )
    return str(told["word"]) if told else _main_negation(sentence)


def _is_emphasised(word: str, stem: str) -> bool:
    bare = word.strip("*_")
    return bare.isupper() or bool(re.search(rf"(\*+|__?){re.escape(bare)}(\*+|__?)", stem))


@_rule(
    "negative-lead-in",
    "warning",
    "A negative lead-in is overlooked, and it asks for what is wrong instead of what is right.",
    "Ask for what is right; where the wrong thing is what matters, write the word in CAPITALS.",
    f"{_NBME}; {_TAXONOMY.format(17)} (with its exception for capitals)",
)
def _negative_lead_in(parts: Parts) -> Found:
    if parts.type == "free_text":
        return
    word = _negative(parts)
    if word and not _is_emphasised(word, parts.stem):
        yield "stem", f"the lead-in turns on “{word}”"


_TWO_NEGATIVES = re.compile(
    r"\b(?:not|never|n't|cannot)\s+(?:be\s+|an?\s+|to\s+)?(?P<word>un(?:common|likely|usual|safe|related|necessary|true|able|"
    r"reasonable|important|expected|acceptable|helpful|reliable|warranted|familiar)|in(?:correct|appropriate|accurate|"
    r"effective|frequent|significant|valid|advisable)|im(?:possible|proper)|contraindicated|without|avoided|absent|"
    r"lacking|excluded|withheld|omitted|fail\w*|never|not)\b|n't\s+(?:un|in)(?:common|likely|usual|safe|correct)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(not|never|none|neither|without|except|cannot|no)\b|n't\b", re.IGNORECASE)
_NEGATIVE_CHOICE = re.compile(
    r"^(do not|does not|don't|not|never|no|avoid|without|cannot|stop|refrain|withhold)\b", re.IGNORECASE
)


@_rule(
    "double-negative",
    "error",
    "Two negatives have to be turned into a positive before the question can be understood.",
    "Say it in the positive.",
    "National Certification Corporation, item writing guidelines, nccwebsite.org/ItemWriting/guidelines/guidelines26",
)
def _double(parts: Parts) -> Found:
    stem = without_quotations(f"{parts.stem} {without_gaps(parts.body) if has_gap(parts.body) else ''}")
    if match := _TWO_NEGATIVES.search(stem):
        yield "stem", f"“{match[0]}” are two negatives"
    word = _negative(parts)
    question = without_quotations(lead_in(parts.stem))
    if word and not match and len(_STRONG.findall(question)) + bool(_WRONG.search(question)) > 1:
        yield "stem", "the lead-in has two negatives"
    for group in _of(parts, "one", "several", "rows"):
        for choice in group.choices:
            said = without_quotations(choice.text)
            if match := _TWO_NEGATIVES.search(said):
                yield choice.place, f"“{match[0]}” are two negatives"
            elif word and (_NEGATIVE_CHOICE.search(said) or re.search(r"\bnot\b|n't\b", said)):
                yield choice.place, f"{_short(choice.text)} is a negative answer to a negative question (“{word}”)"


_TASK = re.compile(
    r"""\b(select|choose|complete|drag|put|order|highlight|match|for\ each|write|calculate|mark|indicate|name|rank|click
      |place|identify|list|explain|describe|drop|fill|work\ out|give|enter|state|decide|arrange|sort|pick|tick|assign
      |tell|compare|summari[sz]e|draft|convert|estimate|find|determine|use|classify|specify)\b""",
    re.IGNORECASE | re.VERBOSE,
)
#: Fewer words than these are no question. Ours: "What is anuria?" has three and is one.
FEWEST_WORDS = 3


@_rule(
    "unfocused-stem",
    "error",
    "A stem that cannot be answered with the choices covered leaves the reader to guess what is asked.",
    "Put the situation and a question into the stem, and leave only short answers in the choices.",
    f"{_NBME}; {_TAXONOMY.format(15)}",
)
def _unfocused(parts: Parts) -> Found:
    text = f"{parts.stem} {without_gaps(parts.body)}".strip()
    count = len(words(text))
    if count < FEWEST_WORDS:
        yield "stem", f"the stem has {count} words"
        return
    asks = "?" in parts.stem or any(
        _TASK.match(each) or _TASK.search(each.split(",")[-1][:25]) for each in sentences(parts.stem)
    )
    runs_in = _runs_in(parts.stem) and bool(_RUN_IN.search(parts.stem.strip()) or parts.stem.strip()[-1] in ":…_")
    if not asks and not runs_in and not has_gap(parts.body):
        yield "stem", "the stem asks nothing: no question mark, no task, no sentence to complete"
        return
    content = content_words(text)
    if re.match(r"(what|how) about\b", parts.stem.lower()):
        yield "stem", "the stem names a subject and asks nothing about it"
    elif parts.context or parts.type in ("cloze", "rationale", "highlight"):
        return
    elif not content:
        yield "stem", "the stem has no subject: covered, the choices could be about anything"
    elif not asks and len(content) < 2:
        yield "stem", "the stem names a subject and asks nothing about it"
    else:
        for group in _of(parts, "one"):
            length = sum(len(words(choice.text)) for choice in group.choices) / len(group.choices)
            # Ours: a stem of one or two words of content before choices that are each as long as a sentence.
            if len(content) < 3 and len(words(parts.stem)) <= length + 4 and length >= 7:
                yield "stem", f"the content is in the choices ({length:.0f} words each), not in the stem"


_OPINION = re.compile(
    r"""\bdo\ you\ (?:personally\ )?(?:think|believe|feel|prefer|like|favou?r|consider|find|agree)\b
      | \b(?:in|according\ to)\ your\ (?:own\ )?(?:personal\ )?(?:opinion|view|mind|experience|judge?ment)\b
      | \byour\ (?:personal\ )?(?:favou?rite|preference|opinion|view)\b | \bwould\ you\ (?:rather|prefer|like)\b
      | \bin\ the\ (?:author|writer|lecturer|instructor|teacher)'?s?\ (?:opinion|view)\b
      | \b(?:is|are)\ (?:the\ )?(?:nicest|prettiest|coolest|finest|favou?rite)\b
      | \b(?:most|more)\ (?:interesting|enjoyable|pleasant|rewarding|beautiful|exciting|admirable|inspiring)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@_rule(
    "opinion-asked",
    "warning",
    "An opinion has no wrong answer, so no key can be defended.",
    "Ask what a source says or what a situation calls for; ask for opinions in a free text or a discussion.",
    "National Certification Corporation, item review checklist, nccwebsite.org/ItemWriting/guidelines/guidelines29d",
)
def _opinion(parts: Parts) -> Found:
    if parts.type != "free_text" and (match := _OPINION.search(without_quotations(parts.stem))):
        yield "stem", f"“{match[0]}” asks for an opinion"


_TRUTH = re.compile(
    r"""\b(?:which|what)\b(?:\s+one)?(?:\s+of\s+(?:the\s+)?(?:following|these|those|below))?\s*(?:statements?|sentences?|options?|answers?|
        choices?|claims?|assertions?|facts?|things?)?[^?.]{0,60}?\b(?:is|are)\s+(?:\w+ly\s+|the\s+|most\s+|best\s+)*
        (?:true|correct|accurate|right|false|incorrect|untrue|valid)\b
      | \b(?:select|choose|pick|mark|identify|find)\s+the\s+(?:one\s+)?
        (?:true|correct|right|accurate|false|incorrect)\s+(?:statement|sentence|option|answer|one|claim)""",
    re.IGNORECASE | re.VERBOSE,
)
_FINITE = re.compile(
    r"\b(is|are|was|were|has|have|had|does|do|did|can|cannot|could|should|will|would|must|may|might|\w{2,}(?:[^s]s|ed))\b",
    re.IGNORECASE,
)


def _is_sentence(text: str) -> bool:
    return len(words(text)) >= 4 and bool(_FINITE.search(text)) and _form(text) != "to …"


@_rule(
    "true-false-in-disguise",
    "error",
    "“Which is true?” before whole sentences is a row of unrelated true-or-false questions with one mark.",
    "Ask one question that every choice answers, or make it a matrix with true and false.",
    "T. J. Carter, Writing MCQs for TBLs and POGILs (NBME guidelines), slideshare.net, rule 4",
)
def _true_false(parts: Parts) -> Found:
    for group in _of(parts, "one"):
        if group.name != "options":
            continue
        match = _TRUTH.search(parts.stem)
        subject = match[0].lower() if match else ""
        about_choices = bool(
            re.search(
                r"statement|sentence|claim|assertion|option|fact|thing|following|these|below|wh(ich|at) (is|are)",
                subject,
            )
        )
        sentence_count = sum(_is_sentence(choice.text) for choice in group.choices)
        if match and about_choices and sentence_count * 4 >= len(group.choices) * 3:
            yield "stem", "the stem asks which is true, and the choices are sentences of their own"
        elif {_normal(choice.text) for choice in group.choices} <= {"true", "false", "yes", "no"}:
            yield group.name, "the choices are true and false"


# --- The whole item --------------------------------------------------------------------------------------------------

_EMPTY = re.compile(r"^[\W_]*((to ?do|tbd|tba|xxx+|fixme|n/?a|none|pending)[\W_]*)?$", re.IGNORECASE)


def _explains(value: object) -> bool:
    text = text_of(value)
    # "Wrong." repeats the mark; two words can say why.
    return (
        not _EMPTY.match(text) and len(text.split()) >= 2 and not re.match(r"(todo|tbd|fixme)\b", text, re.IGNORECASE)
    )


def _explained(parts: Parts) -> Iterator[Choice]:
    for group in parts.groups:
        if group.kind != "columns":
            yield from group.choices


@_rule(
    "missing-rationale",
    "error",
    "A learner who chose wrongly learns from the rationale of that very choice.",
    "Write why this choice is right or wrong, in a sentence.",
    _HOUSE,
)
def _rationale(parts: Parts) -> Found:
    if not _explains(parts.item.get("why")):
        yield "why", "the item has no rationale"
    for choice in _explained(parts):
        if not _explains(choice.raw.get("why")):
            yield choice.place, "no rationale"


@_rule(
    "missing-reference",
    "error",
    "A key that rests on no source cannot be checked when it is contested.",
    "Name the source by its key in book/references.bib, at the item or at each choice.",
    _HOUSE,
)
def _reference(parts: Parts) -> Found:
    if not _EMPTY.match(text_of(parts.item.get("reference")) or parts.inherited):
        return
    missing = [choice for choice in _explained(parts) if _EMPTY.match(text_of(choice.raw.get("reference")))]
    if missing or not parts.groups:
        yield (
            "reference",
            "neither the item nor " + (f"{missing[0].place} names" if missing else "anything else names") + " a source",
        )


@_rule(
    "stigma-word",
    "error",
    "Words that make a person the illness, or an act of illness a crime, change how learners treat people.",
    "Put the person first.",
    "NIDA, Words Matter, nida.nih.gov (person-first language); calbhbc.org, Person First Language (words to avoid); "
    "Wikipedia, Suicide terminology (to commit suicide)",
)
def _stigma(parts: Parts) -> Found:
    for place, text in parts.texts():
        for pattern, instead in STIGMA:
            if match := pattern.search(text):
                yield place, f"“{match[0]}”; instead: {instead}"
