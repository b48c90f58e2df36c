// The wall: puts the parts together, keeps them turning, and is the only part that knows the page
// it stands on. Mounted once; called again whenever the page has something new to tell it.

import { make, mark } from "./dom.js";
import { byUrgency, MARKS } from "./alarms.js";
import { Dialog } from "./dialog.js";
import { Feed } from "./feed.js";
import { layout } from "./layout.js";
import { Pulse } from "./live.js";
import { FramePace } from "./pace.js";
import { Annunciator, loudest } from "./sound.js";
import { Strip } from "./strip.js";
import { Tile } from "./tile.js";

const TICK_MS = 250;
const walls = new WeakMap();

class Wall {
  constructor(parent, told) {
    this.words = told.data.words;
    this.told = told;
    this.only = told.data.only ?? null; // the recliners to draw tiles of; null draws all
    this.pulse = new Pulse(performance.now());
    this.tiles = new Map();
    this.clinic = told.data.clinic ?? "";
    this.beat = null;
    this.refusals = 0;
    this.liveAt = null;
    this.watcher = new ResizeObserver((changes) => this.resized(changes));
    this.build(parent);
    this.open();
    this.start();
  }

  build(parent) {
    const { words } = this;
    this.dialog = new Dialog(words, this.told.data.staff ?? [], {
      order: (recliner, verb, details, by) => this.order(recliner, verb, details, by),
      pages: this.told.data.pages ?? [],
      go: (page, recliner) => this.tell("go", { page, recliner: recliner ?? null }),
    });
    this.strip = new Strip(words, {
      open: (recliner) => this.openRecliner(recliner),
      sound: () => this.touchSound(),
      theme: () => this.turnTheme(),
      pages: this.told.data.pages ?? [],
      go: (page) => this.tell("go", { page, recliner: null }),
    });
    this.grid = make("main", "grid");
    this.foot = make("div", "foot", make("span", "", words.secondary), make("span", "ranges", words.ranges), this.strip.links());
    this.root = make("div", "chairside-wall", this.strip.root, this.grid, this.foot, this.dialog.root);
    if (this.only) {
      mark(this.root, "data-alone", "true");
      this.root.style.height = `${this.told.data.height ?? 320}px`;
    }
    parent.append(this.root);
    this.annunciator = new Annunciator(() => this.tick());
    this.setTheme(this.only ? "dark" : localStorage.getItem("chairside-theme") ?? "dark");
  }

  open() {
    const { protocol, host } = window.location;
    const url = `${protocol === "https:" ? "wss" : "ws"}://${host}${this.told.data.feed_path}`;
    this.feed = new Feed(url, this.told.data.token, {
      opened: () => this.pulse.reconnected(),
      message: (message) => this.hear(message),
      failed: (problem) => { this.pulse.problem = problem; this.tick(); },
      refused: () => this.refused(),
    });
  }

  start() {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.frameAt = performance.now();
    this.pace = new FramePace();
    const frame = (now) => {
      this.frame = requestAnimationFrame(frame);
      if (!this.pace.isDue(now, this.frameAt)) return;
      this.pace.drawn(now);
      this.animate(now - this.frameAt);
      this.frameAt = now;
    };
    this.frame = requestAnimationFrame(frame);
    this.watcher.observe(this.grid);
    this.onTouch = () => {
      this.soundAtTouch = this.annunciator.state(performance.now());
      this.annunciator.touch();
    };
    this.onVisible = () => { this.keepAwake(); this.tick(); };
    document.addEventListener("pointerdown", this.onTouch, true);
    document.addEventListener("keydown", this.onTouch, true);
    document.addEventListener("visibilitychange", this.onVisible);
    this.keepAwake();
  }

  /** Ask that the screen stays lit; only a secure page may, so a refusal is no fault. */
  keepAwake() {
    if (document.visibilityState === "visible" && navigator.wakeLock) {
      navigator.wakeLock.request("screen").catch(() => {});
    }
  }

  // What comes in

  hear(message) {
    const now = performance.now();
    this.sentAt = this.pulse.hear(message, now);
    if (message.clinic) this.clinic = message.clinic;
    if (message.now) this.clock = { utc: message.now, at: this.sentAt };
    if (message.beat) this.beat = message.beat;
    this.takePictures(message);
    this.takePleth(message.pleth ?? {});
    if (message.type === "hello" || message.type === "trend") this.takeTrend(message.trend ?? {});
    this.tick();
  }

  takePictures(message) {
    const pictures = message.recliners ?? {};
    if (message.type === "hello") this.keepOnly(pictures);
    let isNew = false;
    for (const [id, picture] of Object.entries(pictures)) {
      if (!this.tiles.has(id)) { this.addTile(id); isNew = true; }
      this.tiles.get(id).update(picture);
    }
    if (isNew) { this.sortTiles(); this.arrange(); }
  }

  keepOnly(pictures) {
    for (const [id, tile] of this.tiles) {
      if (id in pictures) continue;
      this.watcher.unobserve(tile.traces);
      tile.root.remove();
      this.tiles.delete(id);
    }
  }

  addTile(id) {
    this.tiles.set(id, new Tile(id, this.words, (recliner) => this.openRecliner(recliner)));
    const tile = this.tiles.get(id);
    tile.pleth.colour = this.colours.spo2;
    tile.traces.tile = tile;
    if (!this.isShown(id)) return;
    this.watcher.observe(tile.traces);
    this.grid.append(tile.root);
  }

  isShown(id) {
    return this.only === null || this.only.includes(id);
  }

  sortTiles() {
    const place = ([id, tile]) => [tile.picture?.place ?? 1e9, id];
    const sorted = [...this.tiles].sort((a, b) => {
      const [p, q] = [place(a), place(b)];
      return p[0] - q[0] || p[1].localeCompare(q[1], undefined, { numeric: true });
    });
    this.tiles = new Map(sorted);
    this.grid.replaceChildren(...sorted.filter(([id]) => this.isShown(id)).map(([, tile]) => tile.root));
  }

  takePleth(chunks) {
    for (const [id, list] of Object.entries(chunks)) {
      const tile = this.tiles.get(id);
      if (tile) for (const chunk of list) tile.pleth.push(chunk);
    }
  }

  takeTrend(trend) {
    for (const [id, history] of Object.entries(trend)) this.tiles.get(id)?.trend.fill(history);
    for (const tile of this.tiles.values()) tile.trendDrawnAt = -Infinity;
  }

  // What time it is in the room, by the collector's newest beat and the browser's steady clock

  roomNow(now) {
    if (!this.beat || this.pulse.beatAt === null) return this.clock ? this.clock.utc + now - this.clock.at : 0;
    return this.beat.at + (now - this.pulse.beatAt) * (this.beat.rate ?? 1);
  }

  view() {
    const now = performance.now();
    const verdict = this.pulse.judge(now);
    if (verdict.live !== "no-data") this.liveAt = now;
    const isLost = verdict.live === "no-data";
    const rate = this.beat?.rate ?? 1;
    const clockUtc = rate !== 1 ? this.roomNow(now) : this.clock ? this.clock.utc + now - this.clock.at : null;
    return {
      now, verdict, clockUtc, clinic: this.clinic,
      roomNow: this.roomNow(now),
      frozenNow: this.roomNow(isLost ? this.liveAt ?? now : now),
      lostMs: isLost ? Math.max(1, verdict.ageMs) : 0,
      rate,
      isSimulated: [...this.tiles.values()].some((tile) => tile.picture?.simulated),
    };
  }

  // What turns

  tick() {
    if (!this.colours) return;
    const view = this.view();
    mark(this.root, "data-live", view.verdict.live);
    document.body.dataset.live = view.verdict.live;
    for (const tile of this.tiles.values()) {
      tile.tick(view);
      tile.showPleth(view);
      tile.drawTrend(view, this.colours, this.unit ?? 16);
    }
    this.dialog.refresh(this.dialog.recliner, this.tiles.get(this.dialog.recliner)?.picture, view.lostMs > 0);
    const alarms = this.alarms();
    this.sound(view, alarms);
    this.strip.tick(view, alarms, this.soundState(view.now));
    this.title(view, alarms);
    this.feed.check(view.now);
  }

  alarms() {
    const all = [];
    for (const [recliner, tile] of this.tiles) {
      for (const alarm of tile.picture?.alarms ?? []) all.push({ recliner, alarm, picture: tile.picture });
    }
    return byUrgency(all, (entry) => entry.alarm, (entry) => entry.recliner);
  }

  /** Sound the loudest alarm; a screen that lost its data announces that, quietly. */
  sound(view, alarms) {
    const isLost = view.lostMs > 0 && this.pulse.heardAt !== null;
    this.priority = isLost ? "low" : loudest(alarms.map((entry) => entry.alarm));
    this.annunciator.follow(this.priority, view.now);
  }

  soundState(now) {
    return {
      state: this.annunciator.state(now), bursts: this.annunciator.bursts,
      priority: this.priority, isHidden: document.visibilityState === "hidden",
    };
  }

  title(view, alarms) {
    const { words } = this;
    const worst = alarms[0];
    const head = view.lostMs ? words.no_data : worst ? `${MARKS[worst.alarm.priority]} ${worst.recliner}` : "";
    const title = [head, document.visibilityState === "hidden" ? words.hidden : "", this.clinic || words.wall].filter(Boolean).join(" – ");
    if (document.title !== title) document.title = title;
  }

  animate(dtMs) {
    const rate = this.beat?.rate ?? 1;
    for (const tile of this.tiles.values()) tile.pleth.play(dtMs, rate);
  }

  // How it looks

  arrange() {
    const { width, height } = this.grid.getBoundingClientRect();
    if (!width || !this.tiles.size) return;
    const gap = 8;
    const shown = [...this.tiles.keys()].filter((id) => this.isShown(id)).length;
    const plan = layout(shown, width, height, gap, this.only ? ["wide", "tall"] : null);
    this.unit = plan.unit;
    mark(this.grid, "data-mode", plan.mode);
    mark(this.grid, "data-traces", plan.traces);
    mark(this.grid, "style", `--u:${plan.unit.toFixed(2)}px;grid-template:repeat(${plan.rows},minmax(0,1fr))/repeat(${plan.columns},minmax(0,1fr));gap:${gap}px`);
    this.tick();
  }

  resized(changes) {
    if (changes.some((change) => change.target === this.grid)) this.arrange();
    for (const change of changes) change.target.tile?.measure();
  }

  turnTheme() {
    this.setTheme(this.theme === "dark" ? "day" : "dark");
    localStorage.setItem("chairside-theme", this.theme);
  }

  setTheme(theme) {
    this.theme = theme;
    mark(this.root, "data-theme", theme);
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = { spo2: colour("spo2"), nibp: colour("nibp"), limit: colour("limit"), faint: colour("faint"), baseline: colour("baseline") };
    for (const tile of this.tiles.values()) {
      tile.pleth.colour = this.colours.spo2;
      tile.pleth.clear();
      tile.trendDrawnAt = -Infinity;
    }
  }

  // What goes out

  openRecliner(recliner) {
    this.dialog.open(recliner, this.tiles.get(recliner)?.picture, this.view().lostMs > 0);
  }

  /** The sound's plate: the touch that arms it opens nothing, the next one opens its panel. */
  touchSound() {
    const wasArmed = this.soundAtTouch === "on" || this.soundAtTouch === "muted";
    if (wasArmed) this.dialog.openSound(this.annunciator, performance.now());
  }

  tell(event, value) {
    this.told.setTriggerValue(event, value);
  }

  order(recliner, verb, details, by) {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
    this.tell("order", { command_id: id, recliner, verb, arguments: details, by });
    return id;
  }

  /** The feed refused the token: ask the page, once, for a fresh one. */
  refused() {
    this.refusals += 1;
    mark(this.root, "data-refusals", this.refusals);
    this.tell("refused", this.refusals);
  }

  /** Take what the page tells on a later run. */
  hearPage(told) {
    this.told = told;
    this.dialog.staff = told.data.staff ?? [];
    this.dialog.person ||= told.data.person ?? "";
    this.feed.renew(told.data.token);
    this.dialog.told(told.data.outcome);
  }

  close() {
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
    document.removeEventListener("pointerdown", this.onTouch, true);
    document.removeEventListener("keydown", this.onTouch, true);
    document.removeEventListener("visibilitychange", this.onVisible);
    delete document.body.dataset.live;
    this.feed.close();
    this.annunciator.close();
    this.root.remove();
  }
}

export default function mount(told) {
  const parent = told.parentElement;
  const standing = walls.get(parent);
  if (standing) standing.hearPage(told);
  else walls.set(parent, new Wall(parent, told));
  return () => {
    walls.get(parent)?.close();
    walls.delete(parent);
  };
}
