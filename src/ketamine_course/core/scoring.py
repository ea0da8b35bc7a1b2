"""What an answer earns: one pure function a rule, each returning the pair (earned, possible).

The rules are those that the NCSBN prints for the Next Generation NCLEX. Read on 2026-11-23:

- FAQ: "What are the current scoring models", ncsbn.zendesk.com, article 14690447982359 (0/1, matrix
  multiple choice, select N, drop-down cloze; the copy read breaks off before the other two models).
- Slides: W. Muntean (NCSBN), "Next Generation NCLEX: Item Types and Scoring", two versions, one of 2022
  (which item types have which of the models, 0/1, plus/minus and rationale; what each model means).
- Betts, Muntean, Kim, Kao (NCSBN), doi 10.1177/0013164421994636 (abstract: of the methods compared for
  "select all that apply", plus/minus and true/false scoring seemed the most promising).

Where what others print differs, and what is done here:

==================  =======================================  =============================================
rule                done here                                printed elsewhere
==================  =======================================  =============================================
select_n            0/1 an option, nobody chooses more (FAQ) more than N: the FAQ has no rule, see there
plus_minus          from zero to the number of correct       over the number of all options (D2L
                    options (ExamSoft, on the NCLEX)         Brightspace, "right minus wrong")
parts               0/1 a row or gap (FAQ)                   --
matrix_plus_minus   floor of zero for each column, then the  0/1 for each row (nclexsimulator.com)
                    sum (Learnosity, nursing.com)
dyad                1 if both are right (Slides)             --
triad               nothing without the claim, then one for  nothing if any part is wrong (ACHIEVE guide to
                    each reason: see there                   the NCLEX-PN, on rationale scoring at large)
ordered             all or nothing                           partial credit by position (ExamSoft and
                                                             Schoology, as an option), by relative pairs
                                                             (Question Writer), seven more ways (Moodle)
bow_tie             0/1 for each of five targets (Slides)    rationale scoring (nurseademy.com)
numeric             within a tolerance                       no single source, common practice
==================  =======================================  =============================================

An answer is a learner's, so none makes a function raise: an id that the item has not, and a thing
that is no id at all, is a wrong choice; an answer of another shape than the rule asks for earns
nothing. An id chosen twice counts once. A lone id stands for a list of one. A key is ours: one that
cannot be scored raises ValueError.
"""

import math


def _choices(answer):
    """Return the distinct ids that an answer chose, and how many of its entries are no ids."""
    entries = answer if isinstance(answer, (list, tuple)) else [] if answer is None else [answer]
    ids = []
    strange = 0
    for entry in entries:
        if not isinstance(entry, str):
            strange += 1
        elif entry not in ids:
            ids.append(entry)
    return ids, strange


def _ids(key):
    """Return the distinct ids of a key, which may be none."""
    ids, strange = _choices(key)
    if strange or "" in ids:
        raise ValueError("a key needs ids that are text and not empty: " + str(key))
    return ids


def _correct(key):
    """Return the distinct ids of a key, which must be one at least."""
    ids = _ids(key)
    if not ids:
        raise ValueError("an item needs a correct option, or nobody can earn its points")
    return ids


def _parts(answer):
    return answer if isinstance(answer, dict) else {}


def _key_parts(key):
    if not isinstance(key, dict) or not key:
        raise ValueError("an item of several parts needs a key with each part and what is correct there")
    return key


def _hits(chosen, correct, most):
    """Return how many distinct choices are correct; none if there are more choices than ``most``."""
    ids, strange = _choices(chosen)
    if len(ids) + strange > most:
        return 0
    return sum(1 for each in ids if each in correct)


def _part_is_right(part, chosen, correct):
    wanted = _correct(correct[part])
    return part in chosen and _hits(chosen[part], wanted, len(wanted)) == len(wanted)


def _finite(number):
    """Return a number as a float, or None for what is no finite number."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        number = float(number)
    except OverflowError:  # a whole number of more digits than a float can hold
        return None
    return number if math.isfinite(number) else None


def zero_one(chosen, correct):
    """Return (1, 1) if the one chosen option is the correct one, else (0, 1).

    0/1 scoring of a single response (FAQ). ``chosen`` is an id; ``correct`` an id, or the
    list with one id that a key holds. Two choices are no answer to a question for one.

    Raises ValueError unless exactly one option is correct.
    """
    wanted = _correct(correct)
    if len(wanted) > 1:
        raise ValueError("a single response needs exactly one correct option, not " + str(len(wanted)))
    return _hits(chosen, wanted, 1), 1


def select_n(chosen, correct, n):
    """Return one for each correct choice of at most ``n``, over ``n`` or the correct options if fewer.

    "Multiple Response Select N" (FAQ): a correct option is 1, an incorrect one 0 without a
    penalty, and the form lets nobody choose more than N. The FAQ so needs no rule for more.
    Here they earn nothing: without a penalty, choosing every option would otherwise earn all
    points, and to count only the first N would make the order of the choices matter. Only an
    answer that did not come from the form can be one.

    Raises ValueError if no option is correct, or ``n`` is not a whole number from 1.
    """
    wanted = _correct(correct)
    number = _finite(n)
    if number is None or number < 1 or number != int(number):
        raise ValueError("select needs a whole number from 1, not " + str(n))
    most = int(number)
    return _hits(chosen, wanted, most), min(most, len(wanted))


def plus_minus(chosen, correct):
    """Return one for each correct choice less one for each wrong one, never below zero.

    Plus/minus scoring of "select all that apply" and of highlighting (Slides). Possible is
    the number of correct options.

    Raises ValueError if no option is correct.
    """
    wanted = _correct(correct)
    ids, strange = _choices(chosen)
    right = sum(1 for each in ids if each in wanted)
    return max(0, right - (len(ids) - right) - strange), len(wanted)


def parts(chosen, correct):
    """Return how many parts (rows, gaps) are right, over how many there are.

    0/1 scoring of each row of a matrix multiple choice and of each gap of a drop-down cloze
    or table (FAQ). Both arguments map a part to a choice or to a list of them; a part with
    several correct choices is right if exactly those are chosen. A part that the item has
    not earns and costs nothing.

    Raises ValueError if the key has no part, or a part without a correct choice.
    """
    wanted = _key_parts(correct)
    given = _parts(chosen)
    return sum(1 for part in wanted if _part_is_right(part, given, wanted)), len(wanted)


def matrix_plus_minus(chosen, correct):
    """Return the sum over the columns of right less wrong cells, no column below zero.

    Plus/minus scoring of a matrix multiple response (Slides), by columns: Learnosity's
    "NCLEX scoring" and nursing.com print a floor of zero for each column, and the sum of the
    columns. Both arguments map a row to a list of columns. Possible is the number of correct
    cells; a row may have none.

    Raises ValueError if no cell is correct.
    """
    wanted = _key_parts(correct)
    balance = {}
    possible = 0
    for row in wanted:
        for column in _ids(wanted[row]):
            balance[column] = 0
            possible += 1
    if not possible:
        raise ValueError("an item needs a correct option, or nobody can earn its points")
    given = _parts(chosen)
    for row in given:
        # What is no id lies in no column of the item, where a wrong cell costs nothing.
        for column in _choices(given[row])[0]:
            if column in balance:
                balance[column] += 1 if row in wanted and column in _ids(wanted[row]) else -1
    return sum(max(0, each) for each in balance.values()), possible


def dyad(chosen, correct):
    """Return (1, 1) if both the claim and its reason are right, else (0, 1).

    Rationale scoring (Slides): of "X because of Y", both X and Y must be correct to earn a
    point. Both arguments map a gap to an option.

    Raises ValueError unless the key has exactly two gaps.
    """
    if len(_key_parts(correct)) != 2:
        raise ValueError("a dyad needs two gaps, not " + str(len(correct)))
    earned, possible = parts(chosen, correct)
    return (1 if earned == possible else 0), 1


def triad(chosen, correct, order):
    """Return one for each correct pair of the claim and a reason: 0 to 2 of 2.

    Rationale scoring of "X because of Y and Z". The Slides print the rule for a pair: both
    must be correct to earn a point. A triad is two such pairs, one cause with two effects
    (SimpleNursing), so a wrong claim earns nothing, and a right claim earns one for each
    right reason. Two public implementations do the same: a QTI 3 sample item ("the cause must
    be correct for ANY credit", then 1 or 2), and a test of a scoring engine that gives a wrong
    claim, its "anchor", nothing. The NCSBN's own text on triads could not be read. Y and Z
    without X are no pair: a reason does not follow from a reason.

    ``order`` lists the gaps, the claim first. Each gap has its own correct option, so the two
    reasons cannot change places: an item must not offer both gaps the same list.

    Raises ValueError unless the key and ``order`` have the same three gaps.
    """
    gaps = _ids(order)
    wanted = _key_parts(correct)
    if len(gaps) != 3 or len(wanted) != 3 or [gap for gap in gaps if gap not in wanted]:
        raise ValueError("a triad needs three gaps, and an order with each of them once")
    given = _parts(chosen)
    right = [_part_is_right(gap, given, wanted) for gap in gaps]
    return (right[1] + right[2] if right[0] else 0), 2


def ordered(chosen, correct):
    """Return (1, 1) if every option stands in its place, else (0, 1).

    All or nothing, the default of ExamSoft; the NCSBN's texts that could be read print no rule
    for ordered responses. An option given twice or left out is another order.

    Raises ValueError unless the key orders two options at least, each once.
    """
    wanted = _ids(correct)
    if len(wanted) < 2 or len(wanted) != len(correct):
        raise ValueError("an order needs two options at least, each once")
    return (1 if isinstance(chosen, (list, tuple)) and list(chosen) == wanted else 0), 1


_TARGETS = (("actions", 2), ("condition", 1), ("monitor", 2))


def bow_tie(chosen, correct):
    """Return how many of the five targets are right: two actions, the condition, two to monitor.

    0/1 scoring (Slides). The two targets of a side have no order (Learnosity's bow-tie). A side
    with more choices than targets earns nothing, as in select_n.

    Raises ValueError unless the key fills the five targets.
    """
    wanted = _key_parts(correct)
    given = _parts(chosen)
    earned = 0
    for side, targets in _TARGETS:
        ids = _ids(wanted.get(side))
        if len(ids) != targets:
            raise ValueError("a bow-tie needs two actions, one condition and two things to monitor")
        earned += _hits(given.get(side), ids, targets)
    return earned, 5


def numeric(value, unit, correct_value, correct_unit, tolerance, accepted=None):
    """Return (1, 1) if the value, brought to the correct unit, lies within the tolerance, else (0, 1).

    ``tolerance`` is absolute, in the correct unit, its edge included. ``accepted`` maps further
    units to the factor that brings a value to the correct unit. What is no finite number, or has
    another unit, earns nothing. A share of 1e-9 of the correct value (of the tolerance, if that is
    larger) is forgiven, so that a value on the edge is not lost to the binary form of decimals.
    The correct unit has the factor 1. No source: common practice.

    Raises ValueError if the correct value, the tolerance or a factor is no finite number, the
    tolerance is negative, a factor is not above zero, or the correct unit is no text (None: no unit).
    """
    target = _finite(correct_value)
    margin = _finite(tolerance)
    if target is None:
        raise ValueError("a correct value must be a finite number, not " + str(correct_value))
    if margin is None or margin < 0:
        raise ValueError("a tolerance must be a finite number and cannot be negative: " + str(tolerance))
    if correct_unit is not None and not isinstance(correct_unit, str):
        raise ValueError("a correct unit must be text: " + str(correct_unit))
    factors = {}
    for each in accepted or ():
        factor = _finite(accepted[each])
        if factor is None or factor <= 0:
            raise ValueError("the factor of a unit must be a finite number above zero: " + str(each))
        factors[each] = factor
    factors[correct_unit] = 1.0
    number = _finite(value)
    if number is None or not (unit is None or isinstance(unit, str)) or unit not in factors:
        return 0, 1
    allowed = margin + 1e-9 * max(abs(target), margin)
    return (1 if abs(number * factors[unit] - target) <= allowed else 0), 1
