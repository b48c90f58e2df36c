// How an alarm is said: its marks, its sentence, its place among others. The engine decides what
// is an alarm and how urgent; nothing is judged here, only ordered and put into words.

import { capital, fill, numberText } from "./words.js";

const RANK = { high: 0, medium: 1, low: 2 };
export const MARKS = { high: "!!!", medium: "!!", low: "!" };

// Of two alarms about one vital that are equally urgent, these are the graver words.
const GRAVE = {
  nibp_extreme: 2, nibp_very_high: 1, spo2_very_low: 1, pulse_very_low: 1, pulse_very_high: 1,
};

/** Say which of two alarms about one vital of one patient broke the further bound; below 0: a. */
function byBound(a, b) {
  const grave = (GRAVE[b.condition] ?? 0) - (GRAVE[a.condition] ?? 0);
  if (grave) return grave;
  if (a.limit === b.limit) return a.since - b.since;
  return a.direction === "below" ? a.limit - b.limit : b.limit - a.limit;
}

const isOver = (alarm) => Number(alarm.state === "latched");
const isTechnical = (alarm) => Number(alarm.kind === "technical");

/** Sort alarms as the engine does: most urgent first, unacknowledged before acknowledged, what
    stands before what is over, patients before equipment, oldest first; those about one vital of
    one patient that are alike in all this by their bounds, the furthest first.
    alarmOf and ownerOf read an entry's alarm and patient, where entries are more than alarms. */
export function byUrgency(entries, alarmOf = (entry) => entry, ownerOf = () => "") {
  const sorted = [...entries].sort((one, other) => {
    const [a, b] = [alarmOf(one), alarmOf(other)];
    return RANK[a.priority] - RANK[b.priority]
      || Number(Boolean(a.acknowledged_by)) - Number(Boolean(b.acknowledged_by))
      || isOver(a) - isOver(b)
      || isTechnical(a) - isTechnical(b)
      || a.since - b.since;
  });
  const alike = new Map();
  sorted.forEach((entry, place) => {
    const alarm = alarmOf(entry);
    if (!alarm.vital || !alarm.direction) return;
    const key = [ownerOf(entry), alarm.vital, alarm.direction, alarm.priority, Boolean(alarm.acknowledged_by), isOver(alarm)].join();
    alike.set(key, [...alike.get(key) ?? [], place]);
  });
  for (const places of alike.values()) {
    const graver = places.map((place) => sorted[place]).sort((a, b) => byBound(alarmOf(a), alarmOf(b)));
    places.forEach((place, index) => { sorted[place] = graver[index]; });
  }
  return sorted;
}

/** Say whether an alarm still flashes: unacknowledged, and not held. */
export function isCalling(alarm) {
  return !alarm.acknowledged_by && !alarm.is_held;
}

/** Return the most urgent alarm that sounds though the sound of its recliner is paused; undefined
    where none does. */
export function soundsInPause(picture) {
  if (!picture?.audio_paused_until) return undefined;
  return byUrgency((picture.alarms ?? []).filter((alarm) => alarm.is_audible))[0];
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

/** Say how often it was high since anybody knew of it; nothing where this is the only time.
    tellSince puts a moment into words. */
function timesText(alarm, tellSince, words) {
  if (!(alarm.times > 1)) return "";
  const count = fill(words.times, { count: alarm.times });
  return alarm.first < trueSince(alarm) ? `${count} ${tellSince(alarm.first)}` : count;
}

/** Return what stands beside the sentence: worst, since when, how often, who knows, whether it is
    over. tellSince puts a moment into words: since 27 s. */
export function aside(alarm, picture, tellSince, words) {
  const parts = [];
  if (hasWorst(alarm) && alarm.worst !== alarm.value && !isPast(alarm, picture)) parts.push(worstText(alarm, words));
  parts.push(tellSince(trueSince(alarm)));
  const times = timesText(alarm, tellSince, words);
  if (times) parts.push(times);
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

/** Put what one recliner's vital raises into one entry, its most urgent alarm; others: how many more.
    What nobody has acknowledged never stands behind what somebody has. */
export function onePerVital(entries) {
  const first = new Map();
  return entries.flatMap((entry) => {
    const { alarm, recliner } = entry;
    const told = { ...entry, others: 0 };
    if (alarm.kind !== "physiological" || !alarm.vital) return [told];
    const key = `${recliner}|${alarm.vital}`;
    const before = first.get(key);
    if (!before || (before.alarm.acknowledged_by && !alarm.acknowledged_by)) {
      first.set(key, told);
      return [told];
    }
    before.others += 1;
    return [];
  });
}

function nameOf(alarm, picture, words) {
  const pattern = words.short[alarm.condition] ?? words.conditions[alarm.condition] ?? alarm.condition;
  return words.limit_names[alarm.condition] ?? fill(pattern, blanks(alarm, picture, words)).trim();
}

const NAMED = 2; // so many alarms that stood are named, the rest is counted

/** Name what stood when the data stopped, most urgent first, without any number of a patient. */
export function stoodNames(alarms, picture, words) {
  const names = [...new Set(byUrgency(alarms).map((alarm) => nameOf(alarm, picture, words)))];
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (rest > 0 ? ` +${rest}` : "");
}

/** Say in a sentence what stood when the data stopped; nothing where nothing did. */
export function stoodSentence(alarms, picture, words) {
  if (!alarms.length) return "";
  const pattern = alarms.length > 1 ? words.alarms_stood : words.alarm_stood;
  return fill(pattern, { names: stoodNames(alarms, picture, words) });
}
