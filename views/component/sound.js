// What an alarm sounds like here: bursts of pulses by priority, synthesised, in the ranges that
// IEC 60601-1-8 gives (10, 3 and 1 pulses; tones with harmonics within 300-4000 Hz). A burst is a
// pure list of times; a context plays it. The page always says in words whether it can sound.

const HIGH = { pulse_s: 0.15, gap_s: 0.1, after_fifth_s: 0.6, every_s: 5, tone_hz: 660 };
const MEDIUM = { pulse_s: 0.2, gap_s: 0.18, every_s: 12, tone_hz: 523.25 };
const LOW = { pulse_s: 0.2, gap_s: 0.2, every_s: 20, tone_hz: 392 };
const FIGURES = { high: HIGH, medium: MEDIUM, low: LOW };
const PULSES = { high: 10, medium: 3, low: 1 };
const HARMONICS = [0, 1, 0.75, 0.6, 0.45, 0.35, 0.25]; // all within 12 dB of the first

function gapAfter(priority, pulse) {
  const figures = FIGURES[priority];
  if (priority !== "high") return figures.gap_s;
  if (pulse === 5) return figures.after_fifth_s;
  if (pulse === 3 || pulse === 8) return 2 * figures.gap_s + figures.pulse_s;
  return figures.gap_s;
}

/** Return the pulses of one burst: [{at_s, length_s}], from its start. High is 3+2, 3+2. */
export function burst(priority) {
  const pulses = [];
  let at_s = 0;
  for (let pulse = 1; pulse <= PULSES[priority]; pulse += 1) {
    const length_s = FIGURES[priority].pulse_s;
    pulses.push({ at_s, length_s });
    at_s += length_s + gapAfter(priority, pulse);
  }
  return pulses;
}

/** Return how long one burst lasts, seconds. */
export function burstLength(priority) {
  const last = burst(priority).at(-1);
  return last.at_s + last.length_s;
}

/** Return seconds from the end of one burst to the start of the next. */
export function pauseBetween(priority) {
  return FIGURES[priority].every_s;
}

/** Return the most urgent priority among alarms that may be heard, or null. */
export function loudest(alarms) {
  for (const priority of ["high", "medium", "low"]) {
    if (alarms.some((alarm) => alarm.is_audible && alarm.priority === priority)) return priority;
  }
  return null;
}

/** Play bursts and say whether they can be heard: on, off, blocked, muted or none. */
export class Annunciator {
  constructor(onChange) {
    this.onChange = onChange;
    this.bursts = 0;
    this.lastPriority = null;
    this.nextAt = 0; // performance.now() before which no burst of this priority starts
    this.mutedUntil = 0;
    this.wasTouched = false;
    this.playing = [];
    const Context = window.AudioContext ?? window.webkitAudioContext;
    this.context = Context ? new Context() : null;
    if (!this.context) return;
    this.context.onstatechange = () => this.onChange();
    const { real, imag } = { real: new Float32Array(HARMONICS.length), imag: Float32Array.from(HARMONICS) };
    this.wave = this.context.createPeriodicWave(real, imag);
  }

  /** Arm by a person's touch; browsers keep sound shut before one. */
  touch() {
    this.wasTouched = true;
    if (this.context && this.context.state !== "running") {
      this.context.resume().then(() => this.onChange(), () => this.onChange());
    }
  }

  state(now) {
    if (!this.context) return "none";
    if (this.context.state !== "running") return this.wasTouched ? "blocked" : "off";
    return now < this.mutedUntil ? "muted" : "on";
  }

  /** Silence this screen alone, for two minutes at most. */
  mute(now) {
    this.mutedUntil = now + 120000;
    this.stop();
    this.onChange();
  }

  unmute() {
    this.mutedUntil = 0;
    this.onChange();
  }

  /** Sound what must sound now; called by each message and tick. Returns true on a new burst. */
  follow(priority, now) {
    if (priority !== this.lastPriority) this.change(priority, now);
    if (!priority || this.state(now) !== "on" || now < this.nextAt) return false;
    this.play(priority);
    this.nextAt = now + (burstLength(priority) + pauseBetween(priority)) * 1000;
    return true;
  }

  change(priority, now) {
    const order = ["high", "medium", "low"];
    const isWorse = priority && (!this.lastPriority || order.indexOf(priority) < order.indexOf(this.lastPriority));
    if (isWorse || !priority) this.stop();
    if (isWorse) this.nextAt = now;
    this.lastPriority = priority;
  }

  play(priority) {
    const start = this.context.currentTime + 0.03;
    for (const pulse of burst(priority)) {
      this.pulse(start + pulse.at_s, pulse.length_s, FIGURES[priority].tone_hz);
    }
    this.bursts += 1;
  }

  pulse(at, length, tone) {
    const oscillator = this.context.createOscillator();
    const gain = this.context.createGain();
    oscillator.setPeriodicWave(this.wave);
    oscillator.frequency.value = tone;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.5, at + 0.02);
    gain.gain.setValueAtTime(0.5, at + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, at + length);
    oscillator.connect(gain).connect(this.context.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
    this.playing.push(oscillator);
    oscillator.onended = () => { this.playing = this.playing.filter((one) => one !== oscillator); };
  }

  stop() {
    for (const oscillator of this.playing) oscillator.stop();
    this.playing = [];
  }

  /** Let a person hear the three priorities, one after the other. */
  test() {
    this.touch();
    if (!this.context) return;
    let start = this.context.currentTime + 0.1;
    for (const priority of ["low", "medium", "high"]) {
      for (const pulse of burst(priority)) this.pulse(start + pulse.at_s, pulse.length_s, FIGURES[priority].tone_hz);
      start += burstLength(priority) + 0.9;
    }
    this.bursts += 3;
  }

  close() {
    this.stop();
    if (this.context) this.context.close();
  }
}
