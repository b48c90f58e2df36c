// The strip on top: whose screen this is, what time it is, whether it is alive, whether it can be
// heard, and who needs somebody, most urgent first.

import { make, write, mark } from "./dom.js";
import { ageText, fill, timeOfDay } from "./words.js";
import { grouped, isCalling, MARKS, shortSentence } from "./alarms.js";

function button(className, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", (event) => { event.stopPropagation(); onClick(); });
  return element;
}

export class Strip {
  constructor(words, actions) {
    this.words = words;
    this.actions = actions; // {open(recliner), sound(), theme(), go(page)}
    this.name = make("b", "clinic");
    this.time = make("span", "time-of-day");
    this.live = make("span", "live");
    this.sound = button("sound", "", actions.sound);
    this.chips = make("div", "chips");
    this.chipOf = [];
    this.simulated = make("span", "simulated", words.simulated);
    this.simulated.hidden = true;
    this.root = make("div", "strip", this.name, this.time, this.live, this.sound, this.chips,
      this.simulated);
    this.shown = "";
  }

  /** Return the ways to the other pages and the theme, for the foot of the wall. */
  links() {
    const { words, actions } = this;
    const ways = actions.pages.map((page) => button("link", words.pages[page] ?? page, () => actions.go(page)));
    return make("nav", "links", ...ways, button("link", words.theme, actions.theme));
  }

  /** Write the strip: view as in tile.js, alarms = [{recliner, alarm, picture}] sorted. */
  tick(view, alarms, sound) {
    write(this.name, view.clinic);
    write(this.time, view.clockUtc === null ? "" : timeOfDay(view.clockUtc, true));
    this.simulated.hidden = !view.isSimulated;
    this.tickLive(view.verdict);
    this.tickSound(sound);
    this.tickChips(view.lostMs ? [] : grouped(alarms));
  }

  tickLive(verdict) {
    mark(this.root, "data-live", verdict.live);
    const said = verdict.live === "live" ? this.words.live.live
      : fill(this.words.live[verdict.reason], { age: ageText(verdict.ageMs, this.words) });
    const head = verdict.live === "no-data" ? `${this.words.no_data} · ` : "";
    write(this.live, head + said);
  }

  tickSound(sound) {
    mark(this.root, "data-sound", sound.state);
    mark(this.root, "data-bursts", sound.bursts);
    mark(this.root, "data-sounding", sound.priority ?? "");
    mark(this.root, "data-hidden", sound.isHidden ? "true" : "false");
    write(this.sound, this.words.sound[sound.state]);
  }

  /** Write the chips, as many as there is room for; the rest are counted. */
  tickChips(entries) {
    const full = entries.map((entry) => this.chipText(entry, false));
    const brief = entries.map((entry) => this.chipText(entry, true));
    const shown = `${this.chips.clientWidth}|${full.join("|")}`;
    const isSame = shown === this.shown;
    this.shown = shown;
    if (!isSame) [this.room, this.isBrief] = [entries.length, false];
    this.writeChips(entries, this.isBrief ? brief : full);
    while (!isSame && this.room > 0 && this.isTooWide()) {
      if (this.isBrief) this.room -= 1;
      this.isBrief = true;
      this.writeChips(entries, brief);
    }
  }

  isTooWide() {
    return this.chips.scrollWidth > this.chips.clientWidth + 1;
  }

  writeChips(entries, texts) {
    const { room } = this;
    while (this.chipOf.length < room + 1) this.addChip();
    this.chipOf.forEach((chip, index) => this.writeChip(chip, index < room ? entries[index] : null, texts[index]));
    if (entries.length > room) this.writeMore(this.chipOf[room], entries.length - room);
  }

  chipText({ alarm, count, recliner, picture }, isBrief) {
    const who = count > 1 ? fill(this.words.on_many, { n: count }) : recliner;
    return `${MARKS[alarm.priority]} ${who} ${shortSentence(alarm, picture, this.words, isBrief)}`;
  }

  addChip() {
    const chip = button("chip", "", () => chip.recliner && this.actions.open(chip.recliner));
    chip.hidden = true;
    this.chipOf.push(chip);
    this.chips.append(chip);
  }

  writeChip(chip, entry, text) {
    chip.hidden = !entry;
    chip.recliner = entry?.count === 1 ? entry.recliner : null;
    if (!entry) return;
    write(chip, text);
    mark(chip, "data-kind", entry.alarm.priority);
    mark(chip, "data-known", entry.alarm.acknowledged_by ? "true" : null);
    mark(chip, "data-calling", isCalling(entry.alarm) ? "true" : null);
  }

  writeMore(chip, rest) {
    chip.hidden = false;
    chip.recliner = null;
    write(chip, fill(this.words.more, { n: rest }));
    mark(chip, "data-kind", "more");
    mark(chip, "data-known", null);
    mark(chip, "data-calling", null);
  }
}
