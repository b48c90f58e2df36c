// How an alarm is said: its marks, its sentence, its place among others. The engine decides what
// is an alarm and how urgent; nothing is judged here, only ordered and put into words.

import { capital, fill, numberText } from "./words.js";

const RANK = { high: 0, medium: 1, low: 2 };
export const MARKS = { high: "!!!", medium: "!!", low: "!" };

/** Sort alarms: most urgent first, unacknowledged before acknowledged, oldest first. */
export function byUrgency(alarms) {
  return [...alarms].sort((a, b) =>
    RANK[a.priority] - RANK[b.priority]
    || Number(Boolean(a.acknowledged_by)) - Number(Boolean(b.acknowledged_by))
    || a.since - b.since);
}

/** Say whether an alarm still flashes: unacknowledged, and not held. */
export function isCalling(alarm) {
  return !alarm.acknowledged_by && !alarm.is_held;
}

function pressureText(nibp, which) {
  if (!nibp || nibp.systolic_mmhg === null || nibp.systolic_mmhg === undefined) return numberText("nibp", which);
  return `${nibp.systolic_mmhg}/${nibp.diastolic_mmhg}`;
}

function valueText(alarm, picture, value) {
  if (alarm.vital === "nibp" && value === alarm.value) return pressureText(picture.nibp, value) || "–";
  return numberText(alarm.vital, value) || "–";
}

function deviceWord(alarm) {
  return alarm.device_id ? alarm.device_id.split("/").at(-1) : "";
}

function limitOf(alarm, picture) {
  return picture.limits?.find((one) => one.condition === alarm.condition);
}

/** Return how the limit compares, as the alarm's own limit says it: below, at or above. */
function comparison(alarm, picture) {
  const printed = alarm.limit_words?.replace(/ [^ ]*$/, "");
  return printed ?? limitOf(alarm, picture)?.words ?? alarm.direction ?? "";
}

function blanks(alarm, picture, words) {
  return {
    value: valueText(alarm, picture, alarm.value),
    worst: numberText(alarm.vital, alarm.worst),
    limit: numberText(alarm.vital, alarm.limit),
    words: words.comparisons[comparison(alarm, picture)] ?? comparison(alarm, picture),
    vital: words.vitals[alarm.vital] ?? "",
    name: words.pressures?.[alarm.key] ?? words.vital_names[alarm.vital] ?? "",
    device: deviceWord(alarm) || words.device,
    reason: words.reasons[alarm.reason] ?? alarm.reason ?? "",
  };
}

const BEYOND = {
  below: (value, limit) => value < limit,
  above: (value, limit) => value > limit,
  "at or below": (value, limit) => value <= limit,
  "at or above": (value, limit) => value >= limit,
};

/** Say whether the newest value is back within the limit, though the alarm still stands. */
export function isBack(alarm, picture) {
  if (alarm.value === null || alarm.value === undefined || alarm.limit === null || alarm.limit === undefined) return false;
  const isBeyond = BEYOND[comparison(alarm, picture)];
  return Boolean(isBeyond) && !isBeyond(alarm.value, alarm.limit);
}

/** Say whether an alarm is told in the past: it is over, or its value is back. */
function isPast(alarm, picture) {
  return alarm.limit !== null && alarm.limit !== undefined && (alarm.state === "latched" || isBack(alarm, picture));
}

function hasWorst(alarm) {
  return alarm.worst !== null && alarm.worst !== undefined;
}

function worstText(alarm, words) {
  return fill(alarm.direction === "below" ? words.lowest : words.highest, { worst: numberText(alarm.vital, alarm.worst) });
}

/** Return the alarm's whole sentence: what, against which limit; of a past one the worst value. */
export function sentence(alarm, picture, words) {
  if (isPast(alarm, picture)) {
    const was = capital(fill(words.was_beyond, blanks(alarm, picture, words)));
    return hasWorst(alarm) ? `${was}, ${worstText(alarm, words)}` : was;
  }
  const pattern = words.conditions[alarm.condition] ?? (alarm.direction ? words.beyond : alarm.condition);
  return capital(fill(pattern, blanks(alarm, picture, words)).trim());
}

/** Return the alarm's few words for the strip: SpO2 86; isBrief: where room is short. */
export function shortSentence(alarm, picture, words, isBrief = false) {
  if (isPast(alarm, picture)) {
    if (!isBrief || !hasWorst(alarm)) return sentence(alarm, picture, words);
    return capital(fill(words.short_was, blanks(alarm, picture, words)));
  }
  const pattern = words.short[alarm.condition] ?? (alarm.value === null ? words.conditions[alarm.condition] : words.short_value);
  return fill(pattern ?? alarm.condition, blanks(alarm, picture, words)).trim();
}

/** Return since when what an alarm says is true; its delay is no part of that where it is known. */
export function trueSince(alarm) {
  return alarm.fact_since ?? alarm.since;
}

/** Return what stands beside the sentence: worst, since when, who knows, whether it is over. */
export function aside(alarm, picture, sinceText, words) {
  const parts = [];
  if (hasWorst(alarm) && alarm.worst !== alarm.value && !isPast(alarm, picture)) parts.push(worstText(alarm, words));
  parts.push(sinceText);
  if (alarm.acknowledged_by) parts.push(fill(words.acknowledged_by, { name: alarm.acknowledged_by }));
  if (alarm.is_held) parts.push(words.held);
  if (alarm.state === "latched") parts.push(words.latched);
  return parts.join(" · ");
}

/** Put one technical condition that stands on many recliners at once into a single chip. */
export function grouped(entries, most = 2) {
  const counts = new Map();
  for (const { alarm } of entries) {
    if (alarm.kind === "technical") counts.set(alarm.condition, (counts.get(alarm.condition) ?? 0) + 1);
  }
  const seen = new Set();
  return entries.flatMap((entry) => {
    const { alarm } = entry;
    const count = alarm.kind === "technical" ? counts.get(alarm.condition) : 1;
    if (count <= most) return [{ ...entry, count: 1 }];
    if (seen.has(alarm.condition)) return [];
    seen.add(alarm.condition);
    return [{ ...entry, count }];
  });
}
