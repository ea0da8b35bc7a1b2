// What an answer earns, as in core/scoring.py, which names the source of each rule: [earned, possible].
// The one rule of the course that is written twice: 2 kB for a phone instead of 225 kB of MicroPython.
// Both must pass tests/vectors/scoring.json, and agree on random answers.

function choices(answer) {
  const entries = Array.isArray(answer) ? answer : answer == null ? [] : [answer];
  const texts = entries.filter((entry) => typeof entry === "string");
  return { ids: [...new Set(texts)], strange: entries.length - texts.length };
}

function keyIds(key) {
  const { ids, strange } = choices(key);
  if (strange || ids.includes("")) throw new RangeError("a key needs ids that are text and not empty");
  return ids;
}

function correctIds(key) {
  const ids = keyIds(key);
  if (!ids.length) throw new RangeError("an item needs a correct option, or nobody can earn its points");
  return ids;
}

// A Map, since an id may be the name of something that every object has.
function partsOf(answer) {
  return new Map(answer && typeof answer === "object" && !Array.isArray(answer) ? Object.entries(answer) : []);
}

function keyParts(key) {
  const wanted = partsOf(key);
  if (!wanted.size) throw new RangeError("an item of several parts needs a key with each part and what is correct there");
  return wanted;
}

function hits(chosen, correct, most) {
  const { ids, strange } = choices(chosen);
  return ids.length + strange > most ? 0 : ids.filter((id) => correct.includes(id)).length;
}

function partIsRight(part, given, wanted) {
  const ids = correctIds(wanted.get(part));
  return hits(given.get(part), ids, ids.length) === ids.length;
}

export function zeroOne(chosen, correct) {
  const wanted = correctIds(correct);
  if (wanted.length > 1) throw new RangeError("a single response needs exactly one correct option");
  return [hits(chosen, wanted, 1), 1];
}

export function selectN(chosen, correct, n) {
  const wanted = correctIds(correct);
  if (!Number.isInteger(n) || n < 1) throw new RangeError("select needs a whole number from 1");
  return [hits(chosen, wanted, n), Math.min(n, wanted.length)];
}

export function plusMinus(chosen, correct) {
  const wanted = correctIds(correct);
  const { ids, strange } = choices(chosen);
  const right = ids.filter((id) => wanted.includes(id)).length;
  return [Math.max(0, 2 * right - ids.length - strange), wanted.length];
}

export function parts(chosen, correct) {
  const wanted = keyParts(correct);
  const given = partsOf(chosen);
  return [[...wanted.keys()].filter((part) => partIsRight(part, given, wanted)).length, wanted.size];
}

export function matrixPlusMinus(chosen, correct) {
  const key = new Map();
  for (const [row, columns] of keyParts(correct)) key.set(row, keyIds(columns));
  const cells = [...key.values()].flat();
  if (!cells.length) throw new RangeError("an item needs a correct option, or nobody can earn its points");
  const balance = new Map(cells.map((column) => [column, 0]));
  for (const [row, columns] of partsOf(chosen)) {
    for (const column of choices(columns).ids) {
      if (balance.has(column)) balance.set(column, balance.get(column) + (key.get(row)?.includes(column) ? 1 : -1));
    }
  }
  return [[...balance.values()].reduce((sum, each) => sum + Math.max(0, each), 0), cells.length];
}

export function dyad(chosen, correct) {
  if (keyParts(correct).size !== 2) throw new RangeError("a dyad needs two gaps");
  const [earned, possible] = parts(chosen, correct);
  return [earned === possible ? 1 : 0, 1];
}

export function triad(chosen, correct, order) {
  const gaps = keyIds(order);
  const wanted = keyParts(correct);
  if (gaps.length !== 3 || wanted.size !== 3 || !gaps.every((gap) => wanted.has(gap))) {
    throw new RangeError("a triad needs three gaps, and an order with each of them once");
  }
  const given = partsOf(chosen);
  const [claim, ...reasons] = gaps.map((gap) => partIsRight(gap, given, wanted));
  return [claim ? reasons.filter(Boolean).length : 0, 2];
}

export function ordered(chosen, correct) {
  const wanted = keyIds(correct);
  if (wanted.length < 2 || wanted.length !== correct.length) {
    throw new RangeError("an order needs two options at least, each once");
  }
  const same = Array.isArray(chosen) && chosen.length === wanted.length && wanted.every((id, i) => chosen[i] === id);
  return [same ? 1 : 0, 1];
}

export function bowTie(chosen, correct) {
  const wanted = keyParts(correct);
  const given = partsOf(chosen);
  let earned = 0;
  for (const [side, targets] of Object.entries({ actions: 2, condition: 1, monitor: 2 })) {
    const ids = keyIds(wanted.get(side));
    if (ids.length !== targets) {
      throw new RangeError("a bow-tie needs two actions, one condition and two things to monitor");
    }
    earned += hits(given.get(side), ids, targets);
  }
  return [earned, 5];
}

export function numeric(value, unit, correctValue, correctUnit, tolerance, accepted = null) {
  if (!Number.isFinite(correctValue)) throw new RangeError("a correct value must be a finite number");
  if (!Number.isFinite(tolerance) || tolerance < 0) {
    throw new RangeError("a tolerance must be a finite number and cannot be negative");
  }
  if (correctUnit != null && typeof correctUnit !== "string") throw new RangeError("a correct unit must be text");
  const factors = new Map(Object.entries(accepted ?? {}));
  for (const factor of factors.values()) {
    if (!Number.isFinite(factor) || factor <= 0) {
      throw new RangeError("the factor of a unit must be a finite number above zero");
    }
  }
  factors.set(correctUnit ?? null, 1);
  const factor = factors.get(unit ?? null);
  if (factor === undefined || !Number.isFinite(value)) return [0, 1];
  const allowed = tolerance + 1e-9 * Math.max(Math.abs(correctValue), tolerance);
  return [Math.abs(value * factor - correctValue) <= allowed ? 1 : 0, 1];
}
