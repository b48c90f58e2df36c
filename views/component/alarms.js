// How an alarm is said: its marks, its sentence, its place among others. The engine decides what
// is an alarm and how urgent; nothing is judged here, only ordered and put into words.

import { ageText, capital, fill, numberText } from "./words.js";

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

/** Return how the limit compares, as the limit itself says it: below, at or above. */
function comparison(alarm, picture, words) {
  const said = limitOf(alarm, picture)?.words ?? alarm.direction;
  return words.comparisons[said] ?? said ?? "";
}

function blanks(alarm, picture, words) {
  return {
    value: valueText(alarm, picture, alarm.value),
    worst: numberText(alarm.vital, alarm.worst),
    limit: numberText(alarm.vital, alarm.limit),
    words: comparison(alarm, picture, words),
    vital: words.vitals[alarm.vital] ?? "",
    name: words.vital_names[alarm.vital] ?? "",
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
  const isBeyond = BEYOND[limitOf(alarm, picture)?.words ?? alarm.direction];
  return Boolean(isBeyond) && !isBeyond(alarm.value, alarm.limit);
}

/** Return the alarm's whole sentence: what, against which limit. */
export function sentence(alarm, picture, words) {
  if (isBack(alarm, picture)) return capital(fill(words.was_beyond, blanks(alarm, picture, words)));
  const pattern = words.conditions[alarm.condition] ?? (alarm.direction ? words.beyond : alarm.condition);
  return capital(fill(pattern, blanks(alarm, picture, words)).trim());
}

/** Return the alarm's few words for the strip: R2 SpO2 86. */
export function shortSentence(alarm, picture, words) {
  const pattern = words.short[alarm.condition] ?? (alarm.value === null ? words.conditions[alarm.condition] : words.short_value);
  return fill(pattern ?? alarm.condition, blanks(alarm, picture, words)).trim();
}

/** Return what stands beside the sentence: worst, since when, who knows, whether it is over. */
export function aside(alarm, ageMs, words) {
  const parts = [];
  if (alarm.acknowledged_by) parts.push(fill(words.acknowledged_by, { name: alarm.acknowledged_by }));
  if (alarm.state === "latched") parts.push(words.latched);
  if (alarm.is_held) parts.push(words.held);
  if (alarm.worst !== null && alarm.worst !== undefined && alarm.worst !== alarm.value) {
    const pattern = alarm.direction === "below" ? words.lowest : words.highest;
    parts.push(fill(pattern, { worst: numberText(alarm.vital, alarm.worst) }));
  }
  parts.push(fill(words.since, { age: ageText(ageMs, words) }));
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
