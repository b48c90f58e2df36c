// The sign of life in the head of a page that shows no live numbers: it follows the same feed as
// the wall and says, from the page's own clock, when the server or the collector is gone or hangs.

import { make, mark, write } from "./dom.js";
import { Feed } from "./feed.js";
import { Pulse } from "./live.js";
import { ageText, fill } from "./words.js";

const BADGE_TICK_MS = 250;
const HEAD_PX = 60; // Streamlit's own head, which covers what lies above
const badges = new WeakMap();

class Badge {
  constructor(parent, told) {
    this.told = told;
    this.words = told.data.words;
    this.pulse = new Pulse(performance.now());
    this.said = make("span", "said");
    this.far = make("div", "far");
    this.far.setAttribute("aria-hidden", "true"); // the strip itself is read out
    this.root = make("div", "chairside-badge", this.said, this.far);
    parent.append(this.root);
    this.open();
    this.timer = setInterval(() => this.tick(), BADGE_TICK_MS);
    this.tick();
  }

  open() {
    const { protocol, host } = window.location;
    const url = `${protocol === "https:" ? "wss" : "ws"}://${host}${this.told.data.feed_path}`;
    this.feed = new Feed(url, this.told.data.token, {
      opened: () => this.pulse.reconnected(),
      message: (message) => { this.pulse.hear(message, performance.now()); this.tick(); },
      failed: (problem) => { this.pulse.problem = problem; this.tick(); },
      refused: () => this.told.setTriggerValue("refused", performance.now()),
    });
  }

  tick() {
    const now = performance.now();
    this.feed?.check(now);
    const verdict = this.pulse.judge(now);
    mark(this.root, "data-live", verdict.live);
    mark(this.root, "data-reason", verdict.reason ?? "");
    const text = this.words.live[verdict.reason ?? verdict.live] ?? "";
    const head = verdict.live === "no-data" ? `${this.words.no_data} · ` : "";
    write(this.said, head + fill(text, { age: ageText(verdict.ageMs, this.words) }));
    this.tickFar();
  }

  /** Repeat the room's first alarm while the strip that shows it is scrolled out of sight. */
  tickFar() {
    const strip = document.querySelector(".chairside-wall .strip");
    const isFar = Boolean(strip) && strip.getBoundingClientRect().bottom < HEAD_PX;
    const chips = isFar ? [...strip.querySelectorAll(".chip:not([hidden])")] : [];
    const counted = chips.at(-1)?.dataset.kind === "more" ? Number(/\d+/.exec(chips.pop().textContent)) : 0;
    const [first, ...others] = chips;
    mark(this.far, "data-kind", first ? first.dataset.kind ?? "" : null);
    mark(this.far, "data-known", first && "known" in first.dataset ? "true" : null);
    const rest = others.length + counted;
    write(this.far, first ? first.textContent + (rest ? ` · +${rest} more` : "") : "");
  }

  hearPage(told) {
    this.told = told;
    this.feed.renew(told.data.token);
  }

  close() {
    clearInterval(this.timer);
    this.feed.close();
    this.root.remove();
  }
}

export default function mount(told) {
  const parent = told.parentElement;
  const standing = badges.get(parent);
  if (standing) standing.hearPage(told);
  else badges.set(parent, new Badge(parent, told));
  return () => {
    badges.get(parent)?.close();
    badges.delete(parent);
  };
}
