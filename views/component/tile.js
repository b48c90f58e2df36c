// One recliner's tile: its elements made once, written to when something changed, looked at four
// times a second for ages and clocks. What a value is worth now is judged in live.js.

import { crossedBell, make, write, mark, markNumber } from "./dom.js";
import { ageText, capital, clockText, fill, numberText } from "./words.js";
import { judgeCuff, judgeVital } from "./live.js";
import { aside, byUrgency, isCalling, MARKS, sentence, soundsInPause, stoodSentence } from "./alarms.js";
import { Pleth, Trend } from "./traces.js";

const MEASURED_BY = {
  spo2_pct: "oximetry", pulse_rate_per_min: "oximetry", perfusion_index_pct: "oximetry",
  nibp: "nibp", heart_rate_per_min: "ecg_rate",
  respiration_rate_per_min: "respiration", temperature_c: "temperature",
};
const EXTRAS = ["respiration_rate_per_min", "heart_rate_per_min", "temperature_c", "perfusion_index_pct"];
const DASHES = "––";
const UNHEARD = ["silent", "closed", "never"];

function vitalBox(vital, label) {
  const number = make("span", "number");
  mark(number, "data-vital", vital);
  const name = make("span", "name", label);
  const why = make("span", "why");
  const plate = make("span", "plate", number);
  return { box: make("div", `vital ${vital}`, make("div", "label", name, why), plate), number, why, plate };
}

/** Say whether a number is past its time but may still stand there, dimmed. */
function isAged(judged) {
  return judged.state === "stale" || judged.state === "old";
}

const WHOLE = 20; // a part of at most so many characters is never broken over two lines

/** Write a text of parts, each short one unbroken, so that no number stands apart from its word. */
function writeParts(element, text, between) {
  if (element.said === text) return;
  element.said = text;
  const parts = text.split(between).map((part, index, all) => {
    const isLast = index === all.length - 1;
    return make("span", part.length > WHOLE ? "" : "whole", isLast ? part : part + between.trimEnd());
  });
  element.replaceChildren(...parts.flatMap((part, index) => (index ? [" ", part] : [part])));
}

export class Tile {
  constructor(id, words, onOpen) {
    this.id = id;
    this.words = words;
    this.picture = null;
    this.rates = { rate: 1 };
    this.build(onOpen);
    this.pleth = new Pleth(this.plethCanvas);
    this.trend = new Trend(this.trendCanvas);
    this.trendDrawnAt = -Infinity;
  }

  build(onOpen) {
    const { words } = this;
    this.place = make("b", "place", this.id);
    this.label = make("span", "who");
    this.protocol = make("span", "protocol");
    this.phase = make("span", "phase");
    this.hush = make("span", "hush");
    this.unlike = make("span", "unlike", crossedBell());
    this.elapsed = make("span", "elapsed");
    mark(this.elapsed, "data-vital", "infusion_elapsed_s");
    this.planned = make("span", "planned");
    this.fillBar = make("i", "done");
    this.bar = make("div", "bar", this.fillBar);
    this.spo2 = vitalBox("spo2_pct", words.vitals.spo2_pct);
    this.pulse = vitalBox("pulse_rate_per_min", words.vitals.pulse_rate_per_min);
    this.nibp = vitalBox("nibp", words.vitals.nibp);
    this.mean = make("span", "mean");
    this.nibp.plate.append(this.mean);
    this.extras = make("div", "extras");
    this.extraBoxes = {};
    this.buildFoot();
    this.root = make("section", "tile",
      make("header", "", this.place, this.label, make("span", "time", this.elapsed, this.planned),
        make("span", "right", this.protocol, this.hush, this.unlike, this.phase)),
      this.bar,
      make("div", "numbers", this.spo2.box, this.pulse.box, this.nibp.box),
      this.extras, this.traces, this.calm, this.foot);
    mark(this.root, "data-recliner", this.id);
    this.root.tabIndex = 0;
    this.root.addEventListener("click", () => onOpen(this.id));
    this.root.addEventListener("keydown", (event) => event.key === "Enter" && onOpen(this.id));
  }

  buildFoot() {
    this.plethCanvas = make("canvas", "pleth");
    this.trendCanvas = make("canvas", "trend");
    this.noData = make("div", "nodata");
    this.traces = make("div", "traces",
      make("div", "hold pleth-hold", this.plethCanvas, this.noData), make("div", "hold trend-hold", this.trendCanvas));
    this.calmTitle = make("b");
    this.calmText = make("span");
    this.calm = make("div", "calm", this.calmTitle, this.calmText);
    this.sign = make("b", "sign");
    this.what = make("span", "what");
    this.aside = make("span", "aside");
    this.others = make("span", "others");
    this.foot = make("footer", "", this.sign, make("span", "told", this.what, "\u2003", this.aside), this.others);
  }

  /** Take a new picture of the recliner; the trend grows by it. */
  update(picture) {
    this.seat(picture.session?.id ?? null, picture.seat_since);
    this.picture = picture;
    const spo2 = picture.vitals?.spo2_pct;
    if (spo2?.at) this.trend.add(spo2.at, spo2.value ?? null);
    const cuff = picture.nibp;
    if (cuff?.at && cuff.systolic_mmhg) {
      this.trend.addCuff(cuff.at, cuff.systolic_mmhg, cuff.diastolic_mmhg, cuff.mean_mmhg);
    }
    this.writeSession(picture);
    this.writeExtras(picture);
    this.writeLimits(picture);
  }

  /** Begin with empty traces where somebody came or went: they belong to who sits there now. */
  seat(session, sinceUtc) {
    if (this.picture && session !== this.trend.owner) {
      this.pleth.empty();
      this.trendDrawnAt = -Infinity;
    }
    this.trend.begin(session, sinceUtc);
  }

  /** Show the crossed bell where a limit is off, and name it. */
  writeLimits(picture) {
    const off = (picture.limits ?? []).filter((limit) => limit.is_off);
    const names = off.map((limit) => this.words.limit_names[limit.condition] ?? limit.condition);
    mark(this.unlike, "title", off.length ? fill(this.words.limits_off, { names: names.join(", ") }) : null);
  }

  writeSession(picture) {
    const { session } = picture;
    write(this.label, session ? session.label : "");
    const unlimited = picture.preset === "none" ? ` · ${this.words.no_limits}` : "";
    write(this.protocol, session ? `${session.protocol}${unlimited}` : "");
    const phase = session ? session.phase : "none";
    write(this.phase, this.words.phases[phase] ?? phase);
    mark(this.root, "data-phase", phase);
    mark(this.root, "data-simulated", picture.simulated ? "true" : "false");
  }

  writeExtras(picture) {
    for (const vital of EXTRAS) {
      const has = picture.vitals?.[vital] !== undefined;
      if (!has || this.extraBoxes[vital]) continue;
      this.extraBoxes[vital] = vitalBox(vital, this.words.vitals[vital]);
      this.extras.append(this.extraBoxes[vital].box);
    }
  }

  device(vital) {
    return this.picture.devices?.find((device) => device.measures.includes(MEASURED_BY[vital]));
  }

  /** Look at ages and clocks: view = {now, roomNow, frozenNow, verdict, lostMs}. */
  tick(view) {
    if (!this.picture) return;
    const silent = this.silentDevices(view);
    this.tickVitals(view, silent);
    this.tickCuff(view, silent);
    this.tickClock(view);
    this.tickHush(view);
    this.tickFoot(view, silent);
    this.tickCalm(view);
  }

  /** Return devices that said nothing for longer than they may, with their words. */
  silentDevices(view) {
    const found = [];
    for (const device of this.picture.devices ?? []) {
      const ageMs = device.last_byte_at ? view.roomNow - device.last_byte_at : null;
      const tooLong = ageMs !== null && ageMs > (device.longest_silence_ms ?? 3000) + 1200 * view.rate;
      if (!tooLong && !UNHEARD.includes(device.state)) continue;
      const role = device.device_id.split("/").at(-1);
      const state = UNHEARD.includes(device.state) ? device.state : "silent";
      const pattern = ageMs === null ? this.words.devices.never : this.words.devices[state];
      found.push({ device, text: fill(pattern, { device: role, age: ageText(ageMs ?? 0, this.words) }) });
    }
    return found;
  }

  tickVitals(view, silent) {
    const boxes = { spo2_pct: this.spo2, pulse_rate_per_min: this.pulse, ...this.extraBoxes };
    for (const [vital, box] of Object.entries(boxes)) {
      const reading = this.picture.vitals?.[vital];
      const ageMs = reading?.at ? Math.max(0, view.roomNow - reading.at) : Infinity;
      const judged = judgeVital(reading, ageMs, view.lostMs);
      const text = judged.shown === null ? DASHES : numberText(vital, judged.shown);
      write(box.number, text);
      markNumber(box.number, judged.shown === null ? "" : numberText(vital, judged.shown), reading?.at, judged.state);
      mark(box.box, "data-aged", isAged(judged) ? "true" : null);
      mark(box.box, "data-alarm", judged.shown === null || view.lostMs ? null : reading?.alarm);
      mark(box.box, "data-calling", this.isCallingFor(vital) ? "true" : null);
      if (vital !== "pulse_rate_per_min") write(box.why, this.whyText(vital, reading, judged, ageMs, view, silent));
    }
  }

  isCallingFor(vital) {
    return (this.picture.alarms ?? []).some((alarm) => alarm.vital === vital && isCalling(alarm));
  }

  whyText(vital, reading, judged, ageMs, view, silent) {
    const { words } = this;
    if (view.lostMs) return vital === "spo2_pct" ? words.no_data : "";
    const device = this.device(vital);
    const quiet = silent.find((one) => one.device === device);
    if (quiet) return words.no_data;
    if (judged.state === "held") return words.held_cuff;
    if (judged.state === "stale" || judged.state === "gone") {
      return fill(words.no_data_for, { age: ageText(ageMs, words) });
    }
    if (reading?.reason) return words.reasons[reading.reason] ?? reading.reason;
    if (judged.state === "questionable") return words.questionable;
    if (judged.shown === null && device) return words.waiting;
    return "";
  }

  tickCuff(view, silent) {
    const { nibp } = this.picture;
    const judged = judgeCuff(nibp, view.lostMs);
    const text = judged.shown ? `${nibp.systolic_mmhg}/${nibp.diastolic_mmhg}` : "";
    write(this.nibp.number, text || DASHES);
    markNumber(this.nibp.number, text, nibp?.at, judged.state);
    write(this.mean, judged.shown && nibp.mean_mmhg ? String(nibp.mean_mmhg) : "");
    mark(this.nibp.box, "data-aged", isAged(judged) ? "true" : null);
    mark(this.nibp.box, "data-alarm", judged.shown && !view.lostMs ? nibp.alarm : null);
    mark(this.nibp.box, "data-calling", this.isCallingFor("nibp") ? "true" : null);
    write(this.nibp.why, this.cuffText(nibp, judged, view, silent));
  }

  cuffText(nibp, judged, view, silent) {
    const { words } = this;
    const parts = [];
    if (judged.shown) parts.push(fill(words.ago, { age: ageText(view.roomNow - nibp.at, words) }));
    if (view.lostMs) return parts.join(" · ");
    if (silent.some((one) => one.device === this.device("nibp"))) parts.push(words.no_data);
    else if (nibp?.cuff === "measuring") parts.push(fill(nibp.cuff_pressure_mmhg ? words.measuring_at : words.measuring, { pressure: nibp.cuff_pressure_mmhg }));
    else if (nibp?.next_due_at) parts.push(this.dueText(nibp.next_due_at - view.roomNow));
    const failure = nibp?.last_failure;
    if (failure && failure.at > (nibp.at ?? 0)) parts.push(fill(words.cuff_failed, { reason: words.reasons[failure.reason] ?? failure.reason }));
    return parts.join(" · ");
  }

  dueText(ms) {
    return ms > 0 ? fill(this.words.next_due, { time: clockText(ms) }) : this.words.due_now;
  }

  tickClock(view) {
    const { session } = this.picture;
    if (!session || view.lostMs >= 15000) {
      write(this.elapsed, session ? DASHES : "");
      markNumber(this.elapsed, "", this.picture.as_of, session ? "gone" : "absent");
      write(this.planned, "");
      this.fillTo(0);
      return;
    }
    const passed = Math.max(0, view.frozenNow - this.picture.as_of);
    const elapsed = session.infusion_elapsed_ms + (session.is_running ? passed : 0);
    const started = elapsed > 0 || session.is_running;
    write(this.elapsed, started ? clockText(elapsed) : this.words.not_started);
    markNumber(this.elapsed, Math.floor(elapsed / 1000), this.picture.as_of, view.lostMs ? "stale" : "valid");
    write(this.planned, this.plannedText(session, elapsed, passed));
    const share = session.planned_s ? Math.min(1, elapsed / (session.planned_s * 1000)) : 0;
    this.fillTo(started ? share : 0);
  }

  fillTo(share) {
    mark(this.fillBar, "style", `transform:scaleX(${share.toFixed(3)})`);
  }

  plannedText(session, elapsed, passed) {
    const { words } = this;
    const parts = [];
    if (session.planned_s) parts.push(fill(words.of_planned, { time: clockText(session.planned_s * 1000) }));
    const over = session.planned_s ? elapsed - session.planned_s * 1000 : 0;
    if (over >= 60000) parts.push(fill(words.over, { time: clockText(over) }));
    if (session.recovery_elapsed_ms !== null && session.recovery_elapsed_ms !== undefined) {
      const minutes = Math.floor((session.recovery_elapsed_ms + (session.phase === "recovery" ? passed : 0)) / 60000);
      parts.push(fill(words.recovery, { n: minutes }));
    }
    return parts.join(" · ");
  }

  /** Count down a pause of this recliner's sound, and say whose it is. */
  tickHush(view) {
    const until = this.picture.audio_paused_until;
    const leftMs = until ? until - view.roomNow : 0;
    const name = this.picture.audio_paused_by ?? "";
    const loud = soundsInPause(this.picture);
    const pattern = loud ? this.words.audio_paused_but : this.words.audio_paused;
    const told = fill(pattern, { time: clockText(leftMs), sign: MARKS[loud?.priority] });
    write(this.hush, leftMs > 0 && !view.lostMs ? told : "");
    mark(this.hush, "title", name || null);
  }

  tickFoot(view, silent) {
    const alarms = byUrgency(this.picture.alarms ?? []);
    const first = alarms[0];
    const priority = first && !view.lostMs ? first.priority : null;
    mark(this.root, "data-alarm", priority);
    mark(this.root, "data-calling", first && !view.lostMs && isCalling(first) ? "true" : null);
    mark(this.root, "data-stale", view.lostMs || silent.length ? "true" : null);
    if (view.lostMs) this.say("", this.words.no_data, this.lostText(alarms, view.verdict), "lost");
    else if (first) this.sayAlarm(first, alarms.length - 1, view);
    else if (silent.length) this.say("!", capital(silent[0].text), "", "quiet");
    else if (this.hasArmConflict()) this.say("!", this.words.arm_conflict, "", "quiet");
    else this.say("", "", "", null);
    const hasNoPleth = view.lostMs || silent.some((one) => one.device === this.device("spo2_pct"));
    write(this.noData, hasNoPleth ? this.words.no_data : "");
  }

  /** Say in words alone which alarms stood when the data stopped, and why there are none. */
  lostText(alarms, verdict) {
    const { words } = this;
    const why = fill(words.live[verdict.reason], { age: ageText(verdict.ageMs, words) });
    return [stoodSentence(alarms, this.picture, words), why].filter(Boolean).join(" · ");
  }

  /** Say whether the cuff sits on the arm of the line, while the infusion has not begun. */
  hasArmConflict() {
    const isBefore = ["intake", "baseline"].includes(this.picture.session?.phase);
    return isBefore && Boolean(this.picture.arms?.is_conflict);
  }

  sayAlarm(alarm, others, view) {
    const text = sentence(alarm, this.picture, this.words);
    const since = (at) => fill(this.words.since, { age: ageText(view.roomNow - at, this.words) });
    this.say(MARKS[alarm.priority], text, aside(alarm, this.picture, since, this.words), alarm.priority);
    write(this.others, others > 0 ? `+${others}` : "");
    if (alarm.acknowledged_by) mark(this.foot, "data-known", "true");
  }

  say(sign, what, asideText, kind) {
    write(this.sign, sign);
    writeParts(this.what, what, ", ");
    writeParts(this.aside, asideText, " · ");
    write(this.others, "");
    mark(this.foot, "data-kind", kind);
    mark(this.foot, "data-known", null);
  }

  tickCalm(view) {
    const { session, vitals, nibp, alarms } = this.picture;
    const speaks = Object.values(vitals ?? {}).some((one) => one.value !== null && one.value !== undefined) || nibp?.systolic_mmhg;
    const isCalm = !session && !speaks && !(alarms ?? []).length;
    mark(this.root, "data-calm", isCalm ? "true" : null);
    if (!isCalm) return;
    write(this.calmTitle, this.words.no_session_title);
    write(this.calmText, view.lostMs ? "" : this.calmWords());
  }

  calmWords() {
    const devices = this.picture.devices ?? [];
    if (!devices.length) return this.words.no_devices;
    const role = (device) => device.device_id.split("/").at(-1);
    return devices.map((device) => fill(this.words.answers[device.state] ?? "{device}", { device: role(device) })).join(" · ");
  }

  /** Fit the traces to their room; they are drawn at the next turn. */
  measure() {
    const fit = (drawer, canvas) => {
      const box = canvas.parentElement.getBoundingClientRect();
      if (box.width && box.height) drawer.resize(box.width, box.height);
    };
    fit(this.pleth, this.plethCanvas);
    fit(this.trend, this.trendCanvas);
    this.trendDrawnAt = -Infinity;
  }

  /** Say whether the pleth may move: only while its values are alive. */
  showPleth(view) {
    const state = this.spo2.number.marks?.["data-state"];
    const isAlive = !view.lostMs && state !== "gone" && state !== "stale";
    if (isAlive) this.pleth.show();
    else this.pleth.hide();
  }

  drawTrend(view, colours, unit) {
    if (view.now - this.trendDrawnAt < 2500) return;
    this.trendDrawnAt = view.now;
    const { vitals, nibp, baseline } = this.picture ?? {};
    const marks = {
      spo2Low: vitals?.spo2_pct?.limits?.low,
      systolicHigh: nibp?.limits?.systolic_high,
      baseline: baseline ? { spo2: baseline.spo2_pct, systolic: baseline.systolic_mmhg, diastolic: baseline.diastolic_mmhg } : null,
    };
    this.trend.draw(view.roomNow, marks, colours, unit);
  }
}
