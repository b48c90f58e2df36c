// A chart that stays: plotly draws the figure the page sends, keeps the viewer's zoom while new
// figures come, asks the page for finer points when somebody zooms, and says when it grows old.

const charts = new WeakMap();
const LIBRARY = "chairside-plotly";
const ASK_AFTER_MS = 200;
const STALE_AFTER_MS = 12_000;

function library(path) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const known = document.getElementById(LIBRARY);
  if (known?.loading) return known.loading;
  const script = Object.assign(document.createElement("script"), { id: LIBRARY, src: path, async: true });
  script.loading = new Promise((resolve, reject) => {
    script.addEventListener("load", () => (window.Plotly ? resolve(window.Plotly) : reject(new Error(path))));
    script.addEventListener("error", () => { script.remove(); reject(new Error(path)); });
  });
  document.head.append(script);
  return script.loading;
}

/** Read a moment of the axis, which is in the viewer's own time, as UTC milliseconds. */
function utcOf(moment, offsetMs) {
  const at = typeof moment === "number" ? moment : Date.parse(`${String(moment).replace(" ", "T")}Z`);
  return Math.round(at - offsetMs);
}

class Chart {
  constructor(parent) {
    this.note = Object.assign(document.createElement("p"), { className: "chairside-chart-note" });
    this.plot = Object.assign(document.createElement("div"), { className: "chairside-chart" });
    this.root = document.createElement("div");
    this.root.append(this.note, this.plot);
    parent.append(this.root);
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.root);
    this.timer = setInterval(() => this.age(), 1000);
  }

  hear(told) {
    if (told.data.told_at !== this.told?.data.told_at) this.heardAt = performance.now();
    this.told = told;
    this.root.dataset.session = told.data.session;
    this.age();
    if (!this.isDrawn) this.write(told.data.words.loading);
    library(told.data.library).then((plotly) => this.draw(plotly), (error) => this.fail(error));
  }

  async draw(plotly) {
    const { data } = this.told;
    if (this.isClosed || this.plot._dragging || data.version === this.version) return;
    this.version = data.version;
    const isFirst = !this.isDrawn;
    this.plotly = plotly;
    const config = { displaylogo: false, responsive: false, displayModeBar: false, showTips: false, doubleClick: "autosize" };
    const layout = { ...data.figure.layout, width: this.root.clientWidth || undefined };
    this.home = layout.xaxis.range.slice();
    if (this.zoom) layout.xaxis = { ...layout.xaxis, range: this.zoom.slice() };
    await plotly.react(this.plot, data.figure.data, layout, config);
    if (isFirst) this.listen();
    this.isDrawn = true;
    this.root.dataset.points = String(data.figure.data.reduce((sum, trace) => sum + trace.x.length, 0));
    this.root.dataset.version = data.version;
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
    this.age();
  }

  listen() {
    this.plot.on("plotly_relayout", (change) => this.zoomed(change));
    this.plot.on("plotly_doubleclick", () => { this.showAll(); return false; });
  }

  zoomed(change) {
    const start = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
    const end = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
    if (this.isResetting || start === undefined || end === undefined) return;
    const offset = this.told.data.offset_ms;
    this.zoom = [start, end];
    this.ask([utcOf(start, offset), utcOf(end, offset)]);
  }

  async showAll() {
    this.isResetting = true;
    this.zoom = null;
    await this.plotly.relayout(this.plot, { "xaxis.range": this.home.slice() });
    this.isResetting = false;
    this.ask(null);
  }

  /** Ask the page for the points of a stretch, once the hand has come to rest. */
  ask(view) {
    clearTimeout(this.asking);
    this.root.dataset.view = view ? view.join("-") : "";
    this.asking = setTimeout(() => this.told.setStateValue("view", view), ASK_AFTER_MS);
  }

  fit() {
    const width = this.root.clientWidth;
    if (this.plotly && this.isDrawn && width && Math.abs(width - this.plot._fullLayout.width) > 1) {
      this.plotly.relayout(this.plot, { width });
    }
  }

  age() {
    const ms = performance.now() - (this.heardAt ?? performance.now());
    const isUnheard = Boolean(this.told?.data.is_running) && ms > STALE_AFTER_MS;
    const behindMs = this.behindMs(ms);
    const isLate = Boolean(this.told?.data.is_running) && behindMs > this.told.data.old_after_ms;
    const isStale = isUnheard || isLate;
    this.root.dataset.state = isStale ? "stale" : "fresh";
    this.plot.style.opacity = isStale ? "0.45" : "";
    if (!this.told || (!isStale && !this.isDrawn)) return;
    const { words } = this.told.data;
    const told = [isUnheard ? words.stale.replace("{n}", String(Math.floor(ms / 1000))) : ""];
    if (behindMs !== null) told.push(this.until(isStale ? words.old : words.until, behindMs));
    if (!isStale) told.push(this.zoom ? words.zoomed : words.zoom);
    this.write(told.filter(Boolean).join(" "));
  }

  /** Tell how long ago the moment is up to which a running session is drawn; null for one that is over. */
  behindMs(sinceHeardMs) {
    const { told_at: toldAt, until } = this.told?.data ?? {};
    return until == null ? null : toldAt - until + sinceHeardMs;
  }

  until(words, behindMs) {
    const { until, offset_ms: offsetMs } = this.told.data;
    const time = new Date(until + offsetMs).toISOString().slice(11, 19);
    return words.replace("{time}", time).replace("{n}", String(Math.floor(behindMs / 1000)));
  }

  fail(error) {
    this.write(this.told.data.words.failed.replace("{reason}", error.message));
  }

  write(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  close() {
    this.isClosed = true;
    clearInterval(this.timer);
    clearTimeout(this.asking);
    this.watcher.disconnect();
    if (this.plotly) this.plotly.purge(this.plot);
    this.root.remove();
  }
}

export default function mount(told) {
  const parent = told.parentElement;
  if (!charts.has(parent)) charts.set(parent, new Chart(parent));
  charts.get(parent).hear(told);
  return () => {
    charts.get(parent)?.close();
    charts.delete(parent);
  };
}
