// The two traces of a tile, on canvas: the pleth as a sweep half a second behind its newest
// sample, the last half hour of SpO2 and cuff results as a trend. Scales are fixed; a trace never
// scales itself, a gap is never bridged, and nothing here sets a number.

const SWEEP_MS = 8000; // at most; narrow canvases sweep faster, so that a beat keeps its width
const SWEEP_MS_PER_PX = 15;
const BEHIND_MS = 500;
const ERASE = 0.07; // share of the width kept empty ahead of the pen
const RING = 2048;
const TREND_MS = 30 * 60000;
const TREND_STEP_MS = 2000;
const TREND_GAP_MS = 20000;
export const SPO2_RANGE = [80, 100];
export const NIBP_RANGE = [60, 210];

function fitCanvas(canvas, width, height) {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width === w && canvas.height === h) return false;
  canvas.width = w;
  canvas.height = h;
  return true;
}

/** Play one recliner's pleth chunks out evenly and draw them as a sweep. */
export class Pleth {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.times = new Float64Array(RING);
    this.levels = new Float32Array(RING);
    this.head = 0; // samples ever stored
    this.tail = 0; // samples ever drawn
    this.newest = null;
    this.playAt = null;
    this.pace = 0.015;
    this.last = null; // [x, y] of the pen, null after a gap
    this.colour = "#35d0e6";
    this.isShown = true;
  }

  resize(width, height) {
    this.sweepMs = Math.max(2500, Math.min(SWEEP_MS, width * SWEEP_MS_PER_PX));
    if (fitCanvas(this.canvas, width, height)) this.clear();
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.last = null;
    this.isBlank = true;
  }

  push(chunk) {
    const step = 1000 / chunk.rate;
    const first = chunk.end - (chunk.samples.length - 1) * step;
    if (this.newest !== null && Math.abs(first - this.newest) > 20000) this.restart();
    chunk.samples.forEach((sample, index) => {
      const at = first + index * step;
      if (this.newest !== null && at <= this.newest) return;
      const isGap = sample === null || (this.newest !== null && at - this.newest > 3 * step + 60);
      if (isGap && sample !== null) this.store(at - step, NaN);
      this.store(at, sample === null ? NaN : sample / chunk.full_scale);
    });
  }

  restart() {
    this.newest = null;
    this.playAt = null;
    this.tail = this.head;
  }

  store(at, level) {
    this.times[this.head % RING] = at;
    this.levels[this.head % RING] = level;
    this.head += 1;
    this.newest = at;
    if (this.head - this.tail > RING) this.tail = this.head - RING;
  }

  /** Move the pen by dtMs of the browser's time; rate is the clock's. */
  play(dtMs, rate) {
    if (this.newest === null) return;
    const target = this.newest - BEHIND_MS * rate;
    if (this.playAt === null || Math.abs(target - this.playAt) > 2000 * rate) this.playAt = target;
    this.playAt += dtMs * rate;
    this.playAt += (target - this.playAt) * this.pace;
    this.playAt = Math.min(this.playAt, this.newest);
    this.draw((this.sweepMs ?? SWEEP_MS) * rate);
  }

  draw(span) {
    const from = this.tail;
    let until = from;
    while (until < this.head && this.times[until % RING] <= this.playAt) until += 1;
    if (until === from) return;
    this.tail = until;
    if (!this.isShown) return;
    this.stroke(from, until, span);
  }

  stroke(from, until, span) {
    const { pen, canvas } = this;
    const [w, h] = [canvas.width, canvas.height];
    const thick = Math.max(1.5, Math.min(h / 28, 3.2 * Math.min(window.devicePixelRatio || 1, 2)));
    this.thick = thick;
    pen.lineWidth = thick;
    pen.lineJoin = "round";
    pen.lineCap = "round";
    pen.strokeStyle = this.colour;
    pen.beginPath();
    let wiped = null;
    for (let index = from; index < until; index += 1) {
      const x = ((this.times[index % RING] / span) % 1) * w;
      const level = this.levels[index % RING];
      if (this.last && x < this.last[0]) this.last = null;
      wiped = this.wipe(wiped ?? this.last?.[0] ?? x, x, w, h);
      if (Number.isNaN(level)) { this.last = null; continue; }
      const y = thick + (1 - Math.min(1, Math.max(0, level))) * (h - 2 * thick);
      if (this.last) { pen.moveTo(this.last[0], this.last[1]); pen.lineTo(x, y); }
      this.last = [x, y];
    }
    pen.stroke();
    this.isBlank = false;
  }

  wipe(from, to, w, h) {
    const ahead = to + ERASE * w;
    const start = to < from ? 0 : from + this.thick / 2 + 1;
    this.pen.clearRect(start, 0, ahead - start, h);
    if (ahead > w) this.pen.clearRect(0, 0, ahead - w, h);
    return to;
  }

  /** Take the trace off the screen: a frozen wave would look alive. */
  hide() {
    if (!this.isBlank) this.clear();
    this.isShown = false;
  }

  /** Forget every sample: somebody else sits there now. */
  empty() {
    this.restart();
    this.clear();
  }

  show() {
    this.isShown = true;
  }
}

/** Keep and draw the last half hour of whoever sits in one recliner now. */
export class Trend {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.spo2 = []; // [utc ms, value or null]
    this.cuffs = []; // [utc ms, systolic, diastolic, mean]
  }

  resize(width, height) {
    return fitCanvas(this.canvas, width, height);
  }

  /** Begin empty for whoever sits there now; what was measured before sinceUtc is another's. */
  begin(owner, sinceUtc) {
    if (owner !== this.owner) [this.spo2, this.cuffs] = [[], []];
    this.owner = owner;
    this.sinceUtc = sinceUtc ?? -Infinity;
  }

  /** Take the half hour that the server kept; that of another session is nobody's here. */
  fill(history) {
    if (!history || (history.session ?? null) !== this.owner) return;
    const own = (points) => (points ?? []).filter((point) => point[0] >= this.sinceUtc).map((point) => [...point]);
    this.spo2 = own(history.spo2_pct);
    this.cuffs = own(history.nibp);
  }

  add(at, value) {
    const last = this.spo2.at(-1);
    if (at < this.sinceUtc || (last && at <= last[0])) return;
    if (last && at - last[0] < TREND_STEP_MS && last[1] !== null && value !== null) {
      last[1] = Math.min(last[1], value);
      return;
    }
    if (last && last[1] === null && value === null) return;
    if (last && last[1] !== null && at - last[0] > TREND_GAP_MS) this.spo2.push([last[0] + 1, null]);
    this.spo2.push([at, value]);
  }

  addCuff(at, systolic, diastolic, mean) {
    if (at < this.sinceUtc || this.cuffs.some((cuff) => cuff[0] === at)) return;
    this.cuffs.push([at, systolic, diastolic, mean]);
    this.cuffs.sort((a, b) => a[0] - b[0]);
  }

  forget(nowUtc) {
    const oldest = nowUtc - TREND_MS - 60000;
    while (this.spo2.length && this.spo2[0][0] < oldest) this.spo2.shift();
    while (this.cuffs.length && this.cuffs[0][0] < oldest) this.cuffs.shift();
  }

  /** Draw it all: marks = {spo2Low, systolicHigh, baseline: {spo2, systolic, diastolic}}. */
  draw(nowUtc, marks, colours, unit) {
    this.forget(nowUtc);
    const { pen, canvas } = this;
    const [w, h] = [canvas.width, canvas.height];
    pen.clearRect(0, 0, w, h);
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    const font = Math.max(9, Math.min(unit * 0.62, h / scale / 6)) * scale;
    const right = w - font * 2.4;
    const x = (at) => right * (1 - (nowUtc - at) / TREND_MS);
    const upper = band(0.04 * h, 0.45 * h, SPO2_RANGE);
    const lower = band(0.55 * h, 0.97 * h, NIBP_RANGE);
    this.drawBaseline(marks.baseline, upper, lower, right, colours);
    this.drawLimit(marks.spo2Low, upper, right, colours, font);
    this.drawLimit(marks.systolicHigh, lower, right, colours, font);
    this.drawSpo2(x, upper, colours, scale);
    this.drawCuffs(x, lower, colours, scale, right);
  }

  drawBaseline(baseline, upper, lower, right, colours) {
    if (!baseline) return;
    this.pen.fillStyle = colours.baseline;
    if (baseline.spo2) {
      const [top, bottom] = [upper(baseline.spo2 + 1), upper(baseline.spo2 - 1)];
      this.pen.fillRect(0, top, right, bottom - top);
    }
    if (baseline.systolic && baseline.diastolic) {
      const [top, bottom] = [lower(baseline.systolic), lower(baseline.diastolic)];
      this.pen.fillRect(0, top, right, bottom - top);
    }
  }

  drawLimit(bound, y, right, colours, font) {
    if (bound === null || bound === undefined) return;
    const { pen } = this;
    pen.strokeStyle = colours.limit;
    pen.lineWidth = Math.max(1, font / 12);
    pen.setLineDash([font / 4, font / 3]);
    pen.beginPath();
    pen.moveTo(0, y(bound));
    pen.lineTo(right, y(bound));
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = colours.faint;
    pen.font = `${font}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    pen.fillText(String(Math.round(bound)), right + font * 0.3, y(bound));
  }

  drawSpo2(x, y, colours, scale) {
    const { pen } = this;
    pen.strokeStyle = colours.spo2;
    pen.lineWidth = 1.8 * scale;
    pen.lineJoin = "round";
    pen.beginPath();
    let isDown = false;
    for (const [at, value] of this.spo2) {
      if (value === null || x(at) < 0) { isDown = false; continue; }
      if (isDown) pen.lineTo(x(at), y(value));
      else pen.moveTo(x(at), y(value));
      isDown = true;
    }
    pen.stroke();
  }

  drawCuffs(x, y, colours, scale, right) {
    const { pen } = this;
    pen.strokeStyle = colours.nibp;
    pen.lineWidth = 1.8 * scale;
    const wing = Math.max(3, right / 110);
    pen.beginPath();
    for (const [at, systolic, diastolic] of this.cuffs) {
      const [cx, top, bottom] = [x(at), y(systolic), y(diastolic)];
      if (cx < 0) continue;
      pen.moveTo(cx - wing, top - wing); pen.lineTo(cx, top); pen.lineTo(cx + wing, top - wing);
      pen.moveTo(cx, top); pen.lineTo(cx, bottom);
      pen.moveTo(cx - wing, bottom + wing); pen.lineTo(cx, bottom); pen.lineTo(cx + wing, bottom + wing);
    }
    pen.stroke();
  }
}

function band(top, bottom, [low, high]) {
  return (value) => {
    const held = Math.min(high, Math.max(low, value));
    return bottom - ((held - low) / (high - low)) * (bottom - top);
  };
}
