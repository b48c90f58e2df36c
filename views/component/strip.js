// The strip on top: whose screen this is, what time it is, whether it is alive, whether it can be
// heard, and who needs somebody, most urgent first.

import { make, write, mark } from "./dom.js";
import { ageText, fill, timeOfDay } from "./words.js";
import { grouped, isCalling, MARKS, onePerVital, shortSentence, stoodNames } from "./alarms.js";

const GAP = 10; // between chips, as in wall.css
const TIGHTEST = 3; // 1: no name; 2: short words for the sound, no seconds; 3: no time, no reason, all shrinks
const WANTED = [2, 2, 1]; // so many chips are worth the next step of tightness

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
    this.tight = 0;
  }

  /** Return the ways to the other pages and the theme, for the foot of the wall. */
  links() {
    const { words, actions } = this;
    const ways = actions.pages.map((page) => button("link", words.pages[page] ?? page, () => actions.go(page)));
    return make("nav", "links", ...ways, button("link", words.theme, actions.theme));
  }

  /** Write the strip: view as in tile.js, alarms = [{recliner, alarm, picture}] sorted. */
  tick(view, alarms, sound) {
    this.clockUtc = view.clockUtc;
    write(this.name, view.clinic);
    this.simulated.hidden = !view.isSimulated;
    this.tickLive(view.verdict);
    this.tickSound(sound);
    this.tickChips(view.lostMs ? this.stood(alarms) : onePerVital(grouped(alarms)));
    this.writeTime();
  }

  writeTime() {
    write(this.time, this.clockUtc === null ? "" : timeOfDay(this.clockUtc, this.tight < 2));
  }

  tickLive(verdict) {
    mark(this.root, "data-live", verdict.live);
    this.verdict = verdict;
    this.writeLive();
  }

  /** Write how live the page is; without room only that nothing is: each tile says why. */
  writeLive() {
    const { words, verdict } = this;
    const age = ageText(verdict.ageMs, words);
    const isLost = verdict.live === "no-data";
    const said = verdict.live === "live" ? words.live.live : fill(words.live[verdict.reason], { age });
    this.liveText = isLost ? `${words.no_data} · ${said}` : said;
    write(this.live, isLost && this.tight === TIGHTEST ? fill(words.no_data_for, { age }) : this.liveText);
  }

  tickSound(sound) {
    mark(this.root, "data-sound", sound.state);
    mark(this.root, "data-bursts", sound.bursts);
    mark(this.root, "data-sounding", sound.priority ?? "");
    mark(this.root, "data-hidden", sound.isHidden ? "true" : "false");
    this.soundWord = sound.state;
    this.writeSound();
  }

  writeSound() {
    const words = this.tight < 2 ? this.words.sound : this.words.sound_short;
    write(this.sound, words[this.soundWord]);
  }

  /** Return what stood in each recliner when the data stopped, most urgent first. */
  stood(alarms) {
    const found = new Map();
    for (const { recliner, alarm, picture } of alarms) {
      if (!found.has(recliner)) found.set(recliner, { recliner, picture, count: 1, alarms: [] });
      found.get(recliner).alarms.push(alarm);
    }
    return [...found.values()];
  }

  /** Write the chips, as many as there is room for; the rest are counted. */
  tickChips(entries) {
    const full = entries.map((entry) => this.chipText(entry, false));
    const shown = [this.root.clientWidth, this.name.said, this.liveText, this.soundWord, this.simulated.hidden, ...full].join("|");
    if (shown !== this.shown) {
      this.shown = shown;
      this.fit(entries, full, entries.map((entry) => this.chipText(entry, true)));
    }
    this.writeChips(entries);
  }

  /** Find how everything fits: the whole chips, brief ones, then less of all else, and one chip at
      least. Widths are read once for each way of writing, so that the page is laid out a few times
      at most, and only when a text or the width has changed. */
  fit(entries, full, brief) {
    this.tighten(0);
    const ways = [full, brief].map((texts, index) => this.widths(entries, texts, index === 1));
    for (let tight = 0; ; tight += 1) {
      if (tight) this.tighten(tight);
      const has = this.room(entries, ways);
      const isEnough = has.count >= Math.min(entries.length, WANTED[tight] ?? 0);
      if ((isEnough && !this.isTooWide()) || tight === TIGHTEST) {
        this.count = Math.max(has.count, Math.min(1, entries.length));
        this.isBrief = has.isBrief;
        this.texts = has.isBrief ? brief : full;
        return;
      }
    }
  }

  tighten(tight) {
    this.tight = tight;
    mark(this.root, "data-tight", tight || null);
    this.writeSound();
    this.writeTime();
    this.writeLive();
  }

  /** Return how wide each chip is with these words, and the one that counts the rest. */
  widths(entries, texts, isBrief) {
    this.count = entries.length;
    this.texts = texts;
    this.writeChips(entries);
    const more = this.chipOf[entries.length];
    this.writeMore(more, entries, isBrief);
    const chips = entries.map((_, index) => this.chipOf[index].offsetWidth + GAP);
    return { chips, more: more.offsetWidth + GAP };
  }

  /** Return how many chips fit as it is now, and whether in few words. */
  room(entries, ways) {
    const room = this.chips.clientWidth + GAP;
    const counts = ways.map(({ chips, more }) => {
      let [used, count] = [0, 0];
      while (count < chips.length && used + chips[count] <= room) used += chips[count++];
      if (count === chips.length) return count;
      while (count > 0 && used + more > room) used -= chips[--count];
      return count;
    });
    const isBrief = counts[0] < entries.length;
    return { count: isBrief ? counts[1] : counts[0], isBrief };
  }

  isTooWide() {
    return this.root.scrollWidth > this.root.clientWidth + 1;
  }

  writeChips(entries) {
    const { count } = this;
    while (this.chipOf.length < entries.length + 1) this.addChip();
    this.chipOf.forEach((chip, index) => this.writeChip(chip, index < count ? entries[index] : null, this.texts[index]));
    if (entries.length > count) this.writeMore(this.chipOf[count], entries.slice(count), this.isBrief);
  }

  chipText({ alarm, alarms, count, others, recliner, picture }, isBrief) {
    const { words } = this;
    if (alarms) {
      const names = stoodNames(alarms, picture, words);
      return fill(isBrief ? words.stood_brief : words.stood_there, { recliner, names });
    }
    const who = count > 1 ? fill(words.on_many, { n: count }) : recliner;
    const more = others ? ` +${others}` : "";
    return `${MARKS[alarm.priority]} ${who} ${shortSentence(alarm, picture, words, isBrief)}${more}`;
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
    mark(chip, "data-kind", entry.alarm?.priority ?? "stood");
    mark(chip, "data-worst", null);
    mark(chip, "data-known", entry.alarm?.acknowledged_by ? "true" : null);
    mark(chip, "data-calling", entry.alarm && isCalling(entry.alarm) ? "true" : null);
  }

  /** Count those that have no room, and say the worst priority among them. */
  writeMore(chip, rest, isBrief) {
    const worst = rest[0]?.alarm?.priority;
    const pattern = !worst ? this.words.more : isBrief ? this.words.more_brief : this.words.more_worst;
    chip.hidden = false;
    chip.recliner = null;
    write(chip, fill(pattern, { n: rest.length, sign: MARKS[worst], priority: this.words.priorities[worst] }));
    mark(chip, "data-kind", "more");
    mark(chip, "data-worst", worst ?? null);
    mark(chip, "data-known", null);
    mark(chip, "data-calling", null);
  }
}
