// Am I live? Answered by the page itself, from its own steady clock (performance.now), so that
// a server or collector that is dead or hung cannot keep an old number looking fresh.
// All times here are performance.now() milliseconds; nothing compares two machines' wall clocks.

export const LATE_MS = 1500; // a healthy feed speaks at least once a second
export const LOST_MS = 2800; // said well within five seconds
export const GONE_MS = 15000; // after this no number stays on the page

/** Follow when the feed last spoke and when the collector's heart last beat. */
export class Pulse {
  constructor(startedAt) {
    this.startedAt = startedAt;
    this.heardAt = null; // when the newest message left the server
    this.beatAt = null; // when the collector's beat last moved
    this.collector = "never"; // running | stopped | never, as the server sees its process
    this.problem = null; // gone | silent: how the connection failed last
    this.base = null; // smallest difference of the two steady clocks: a message without delay
    this.basedAt = null;
  }

  /** Return how late a message is, from the server's steady clock; slow drift is forgiven. */
  lag(arrivedAt, upMs) {
    if (upMs === undefined) return 0;
    const offset = arrivedAt - upMs;
    const drifted = this.base === null ? offset : this.base + (arrivedAt - this.basedAt) * 0.0005;
    this.base = Math.min(offset, drifted);
    this.basedAt = arrivedAt;
    return offset - this.base;
  }

  /** Forget the clock comparison: another server process has another steady clock. */
  reconnected() {
    this.base = null;
  }

  /** Take note of a message and return the moment at which it left the server. */
  hear(message, arrivedAt) {
    const sentAt = arrivedAt - this.lag(arrivedAt, message.up_ms);
    this.heardAt = Math.max(this.heardAt ?? -Infinity, sentAt);
    this.problem = null;
    this.collector = message.collector ?? "running";
    if (message.beat_age_ms !== null && message.beat_age_ms !== undefined) {
      this.beatAt = sentAt - message.beat_age_ms;
    }
    return sentAt;
  }

  /** Say how live the page is now: {live: live|late|no-data, reason, ageMs}. */
  judge(now) {
    const silence = now - (this.heardAt ?? this.startedAt);
    if (this.heardAt === null) {
      if (silence < LOST_MS) return { live: "late", reason: "connecting", ageMs: silence };
      return { live: "no-data", reason: this.serverWord(), ageMs: silence };
    }
    if (silence >= LOST_MS) return { live: "no-data", reason: this.serverWord(), ageMs: silence };
    return this.judgeCollector(now, silence);
  }

  judgeCollector(now, silence) {
    if (this.beatAt === null) {
      const ageMs = now - this.startedAt;
      return ageMs < LOST_MS ? { live: "late", reason: "connecting", ageMs } : { live: "no-data", reason: "never", ageMs };
    }
    const ageMs = now - this.beatAt;
    if (this.collector === "stopped") return { live: "no-data", reason: "collector_stopped", ageMs };
    if (ageMs >= LOST_MS) return { live: "no-data", reason: "collector_silent", ageMs };
    const isLate = silence >= LATE_MS || ageMs >= LATE_MS;
    return { live: isLate ? "late" : "live", reason: isLate ? "late" : null, ageMs };
  }

  serverWord() {
    return this.problem === "gone" ? "server_gone" : "server_silent";
  }
}

/** Judge one continuous value: what to show, and in which state.
 * ageMs: how old it is now. lostMs: how long the whole page has had no data, 0 when live.
 * Returns {state, shown}; shown null means that the number must not stand on the page. */
export function judgeVital(vital, ageMs, lostMs) {
  if (!vital) return { state: "absent", shown: null };
  const value = vital.value ?? null;
  if (lostMs >= GONE_MS) return { state: "gone", shown: null };
  if (value === null) return { state: vital.state === "valid" ? "absent" : vital.state, shown: null };
  if (ageMs >= (vital.gone_after_ms ?? GONE_MS)) return { state: "gone", shown: null };
  if (vital.state === "gone" || vital.state === "absent" || vital.state === "invalid") {
    return { state: vital.state, shown: null };
  }
  if (lostMs > 0 || ageMs >= (vital.stale_after_ms ?? 3000)) return { state: "stale", shown: value };
  return { state: vital.state, shown: value };
}

/** Judge a cuff result: an event with an age, so only a lost page or its own age removes it. */
export function judgeCuff(nibp, lostMs) {
  const has = nibp && nibp.systolic_mmhg !== null && nibp.systolic_mmhg !== undefined;
  if (!has) return { state: "absent", shown: false };
  if (lostMs >= GONE_MS || nibp.state === "gone") return { state: "gone", shown: false };
  return { state: lostMs > 0 ? "stale" : nibp.state ?? "valid", shown: true };
}
