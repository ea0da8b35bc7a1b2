"""Words that the item linter finds in any text, and what to write instead.

Sources, as read: NIDA, Words Matter (person-first language); calbhbc.org, Person First Language (addict,
alcoholic, "the mentally ill", victim, sufferer, crazy); the committee on disability issues in psychology of
the American Psychological Association, 1998 (epileptics, schizophrenics, "the disabled"); Wikipedia, Suicide
terminology (to commit suicide). The forms around them are ours.
"""

from __future__ import annotations

import re

#: What may follow a noun that is a label, so that "a diabetic diet" and "a psychotic symptom" are none.
_END = r"(?=\s*(?:[.,;:?!)]|$)|\s(?:who|with|is|are|was|has|have|on|and|or|in|should|needs?|can|may|will)\b)"

_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a person with a substance use disorder", (r"addicts?", r"junk(?:y|ies?)", r"drugg(?:y|ies?)")),
    (
        "substance use; a person who uses …",
        (r"abusers?", r"(?:drug|substance|alcohol|opioid|ketamine)[- ]abuse", r"drug[- ]users?"),
    ),
    (
        "a person with an alcohol use disorder",
        (r"alcoholics", rf"(?:an|the|chronic|recovering|known|former|is) alcoholic{_END}", r"drunkards?", r"a drunk"),
    ),
    ("die by suicide", (r"commit(?:s|ted|ting)? (?:a )?suicide",)),
    (
        "a suicide attempt, survived or fatal",
        (
            r"(?:un)?successful(?:ly)? suicid\w+",
            r"(?:failed|completed) suicid\w+",
            r"failed attempts? (?:at|of) suicide",
            r"suicide attempts? (?:was|were) (?:un)?successful",
            r"suicide attempts? failed",
        ),
    ),
    (
        "has; lives with",
        (r"suffer(?:s|ed|ing)? (?:from|with)", r"sufferers?", r"(?:afflicted|stricken) (?:with|by)"),
    ),
    (
        "a person with …",
        (
            r"victims? of (?:depression|addiction|mental|schizophrenia|bipolar|stroke|cancer)",
            r"stroke victims?",
            r"mentally (?:ill|disturbed|defective|retarded)",
            r"mental (?:patient|defective|case)s?",
            r"schizophrenics",
            rf"(?:a|the|is|this|that|chronic) schizophrenic{_END}",
            r"(?:a|is|are|was|were) bipolars?(?! (?:disorder|depress|ii?\b|spectrum|illness|mania|type|episode))",
            r"manic[- ]depressives?",
            r"(?:depressives|epileptics|diabetics|asthmatics|psychotics|neurotics|anorexics|bulimics|hysterics)",
            rf"(?:an?|the|this|that) (?:depressive|epileptic|diabetic|asthmatic|psychotic|neurotic|anorexic){_END}",
            rf"the (?:depressed|disabled|elderly|homeless|suicidal|obese|insane|mentally){_END}",
        ),
    ),
    (
        "say what the person does or feels",
        (r"lunatics?", r"crazy", r"insane", r"psychos?", r"maniacs?", r"mad(?:man|men|woman|women)", r"deranged"),
    ),
    (
        "a person with a disability; uses a wheelchair",
        (r"retard(?:s|ed)?", r"handicapped", r"crippled?s?", r"wheelchair[- ]bound", r"confined to a wheelchair"),
    ),
    (
        "say what the person asked for",
        (r"drug[- ]seek(?:ing|ers?)", r"attention[- ]seek(?:ing|ers?)", r"frequent flyers?", r"malingerers?"),
    ),
    ("tested negative or positive; in recovery", (r"(?:clean|dirty) urines?", r"(?:got|getting|stays?|stayed) clean")),
    ("did not take; had difficulty taking", (r"non-?complian(?:t|ce)",)),
    (
        "the treatment did not help the person",
        (
            r"(?:who|patients?|he|she|they|people|person|clients?)(?: ha[sd]| have)? failed (?!to )"
            r"(?:\w+[ -]){0,4}?(?:treatments?|antidepressants?|therap\w+|medic\w+|drugs?|trials?|courses?)",
        ),
    ),
)

#: Pairs of a pattern and what to write instead.
STIGMA = tuple(
    (re.compile(r"\b(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE), instead) for instead, patterns in _WORDS
)
