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
      this.simulated, this.buildLinks());
  }

  buildLinks() {
    const { words, actions } = this;
    return make("nav", "links",
      button("link", words.recliner_page, () => actions.go("recliner")),
      button("link", words.review_page, () => actions.go("review")),
      button("link", words.theme, actions.theme));
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

  tickChips(entries) {
    const shown = entries.slice(0, 6);
    while (this.chipOf.length < shown.length + 1) this.addChip();
    this.chipOf.forEach((chip, index) => this.writeChip(chip, shown[index]));
    const rest = entries.length - shown.length;
    if (rest > 0) this.writeMore(this.chipOf[shown.length], rest);
  }

  addChip() {
    const chip = button("chip", "", () => chip.recliner && this.actions.open(chip.recliner));
    chip.hidden = true;
    this.chipOf.push(chip);
    this.chips.append(chip);
  }

  writeChip(chip, entry) {
    chip.hidden = !entry;
    chip.recliner = entry?.count === 1 ? entry.recliner : null;
    if (!entry) return;
    const { alarm } = entry;
    const who = entry.count > 1 ? fill(this.words.on_many, { n: entry.count }) : entry.recliner;
    write(chip, `${MARKS[alarm.priority]} ${who} ${shortSentence(alarm, entry.picture, this.words)}`);
    mark(chip, "data-kind", alarm.priority);
    mark(chip, "data-calling", isCalling(alarm) ? "true" : null);
  }

  writeMore(chip, rest) {
    chip.hidden = false;
    chip.recliner = null;
    write(chip, fill(this.words.more, { n: rest }));
    mark(chip, "data-kind", "more");
    mark(chip, "data-calling", null);
  }
}
