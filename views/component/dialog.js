// What opens at a touch: one recliner's alarms with acknowledge and audio pause, each signed by a
// name; and the sound's own panel with its test. Orders leave through the page, never from here.

import { make, write } from "./dom.js";
import { fill, timeOfDay } from "./words.js";
import { aside, byUrgency, MARKS, sentence, soundsInPause, stoodSentence } from "./alarms.js";

function act(className, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

/** Make these the children, and touch nothing where they are already. */
function place(parent, children) {
  const isSame = children.length === parent.children.length && children.every((one, at) => parent.children[at] === one);
  if (!isSame) parent.replaceChildren(...children);
}

export class Dialog {
  constructor(words, staff, actions) {
    this.words = words;
    this.staff = staff;
    this.actions = actions; // {order(recliner, verb, arguments, by), go(page, recliner)}
    this.person = "";
    this.recliner = null;
    this.asked = new Map(); // what each order was about, in the alarm's own words
    this.panel = make("div", "panel");
    this.panel.setAttribute("role", "dialog");
    this.root = make("div", "veil", this.panel);
    this.root.hidden = true;
    this.root.addEventListener("click", (event) => event.target === this.root && this.close());
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  close() {
    this.root.hidden = true;
    this.recliner = null;
  }

  show(...children) {
    this.panel.replaceChildren(...children, act("plain", this.words.close, () => this.close()));
    this.root.hidden = false;
    this.panel.querySelector("input, button")?.focus();
  }

  nameField() {
    const list = make("datalist");
    list.id = "chairside-staff";
    for (const name of this.staff) list.append(Object.assign(make("option"), { value: name }));
    this.input = Object.assign(make("input", "person"), { value: this.person, maxLength: 60, placeholder: this.words.your_name });
    this.input.setAttribute("list", list.id);
    this.input.setAttribute("aria-label", this.words.your_name);
    const names = make("div", "names");
    for (const name of this.staff.slice(0, 12)) names.append(act("", name, () => { this.input.value = name; }));
    return [make("label", "signed", `${this.words.signed} `, this.input, list), names];
  }

  signedBy() {
    const name = this.input.value.trim();
    this.input.classList.toggle("wanted", !name);
    this.outcome.classList.toggle("wanted", !name);
    if (!name) {
      write(this.outcome, this.words.name_wanted);
      this.input.focus();
    } else this.person = name;
    return name;
  }

  /** Give an order of a named person; about: what it is about, to be told again when it is done. */
  order(recliner, verb, details, about = null) {
    const by = this.signedBy();
    if (!by) return;
    write(this.outcome, this.words.order_sent);
    const id = this.actions.order(recliner, verb, details, by);
    this.asked.set(id, about);
  }

  /** Open for one recliner. */
  open(recliner, picture, isLost = false) {
    this.recliner = recliner;
    this.rows = make("div", "rows");
    this.buttons = make("div", "buttons");
    this.asked = new Map(); // an answer from before the panel was opened is old
    this.shown = new Map(); // alarm to its row, so that no button changes under a thumb
    this.outcome = make("p", "outcome");
    this.outcome.setAttribute("role", "status");
    this.refresh(recliner, picture, isLost);
    this.show(
      make("h2", "", fill(this.words.recliner_title, { recliner })),
      this.rows,
      ...this.nameField(),
      this.buttons,
      this.outcome,
    );
  }

  /** Write the alarms anew when they changed while the panel is open; without data, what stood. */
  refresh(recliner, picture, isLost = false) {
    if (!recliner || recliner !== this.recliner) return;
    const alarms = byUrgency(picture?.alarms ?? []);
    const rows = isLost ? this.lostRows(alarms, picture) : alarms.map((alarm) => this.rowOf(alarm, picture));
    place(this.rows, rows.length ? rows : [this.line("none", this.words.no_alarms)]);
    place(this.buttons, [...this.soundVerbs(picture).map((verb) => this.soundButton(verb)), ...this.ways()]);
  }

  /** Return a line of words under a name, the same element at every look. */
  line(name, text) {
    const found = this.shown.get(name) ?? make("p", "");
    this.shown.set(name, found);
    write(found, text);
    return found;
  }

  lostRows(alarms, picture) {
    const { words } = this;
    return [this.line("lost", words.no_data), this.line("stood", stoodSentence(alarms, picture, words))];
  }

  /** Return the row of an alarm as it stands; the same element as long as it does. */
  rowOf(alarm, picture) {
    const name = [alarm.condition, alarm.device_id ?? ""].join("|");
    const row = this.shown.get(name) ?? this.newRow(alarm);
    this.shown.set(name, row);
    const since = (at) => fill(this.words.since_time, { time: timeOfDay(at, true) });
    row.dataset.kind = alarm.priority;
    row.text = sentence(alarm, picture, this.words);
    write(row.querySelector(".sign"), MARKS[alarm.priority]);
    write(row.querySelector(".what"), row.text);
    write(row.querySelector(".aside"), aside(alarm, picture, since, this.words));
    row.querySelector("button").hidden = Boolean(alarm.acknowledged_by);
    return row;
  }

  newRow(alarm) {
    const { recliner, words } = this;
    const which = { condition: alarm.condition, device_id: alarm.device_id ?? null };
    const button = act("main", words.acknowledge, () => {
      this.order(recliner, "acknowledge", which, fill(words.acknowledged, { alarm: row.text }));
    });
    button.dataset.condition = alarm.condition;
    const row = make("div", "row", make("b", "sign"),
      make("span", "said", make("span", "what"), make("span", "aside")), button);
    return row;
  }

  /** Return what can be done about the sound: a pause that something breaks through can be renewed. */
  soundVerbs(picture) {
    if (!picture?.audio_paused_until) return ["pause_audio"];
    return soundsInPause(picture) ? ["pause_audio", "resume_audio"] : ["resume_audio"];
  }

  soundButton(verb) {
    const { recliner } = this;
    const found = this.shown.get(verb) ?? act("", this.words[verb], () => this.order(recliner, verb, {}));
    this.shown.set(verb, found);
    return found;
  }

  /** Return what leads to the recliner's own page, where there is one. */
  ways() {
    const { recliner } = this;
    if (!this.actions.pages.includes("recliner")) return [];
    const found = this.shown.get("recliner") ?? act("", this.words.open_recliner, () => this.actions.go("recliner", recliner));
    this.shown.set("recliner", found);
    return [found];
  }

  /** Open the sound's panel. */
  openSound(annunciator, now) {
    this.recliner = null;
    const { words } = this;
    const isMuted = annunciator.state(now) === "muted";
    this.show(
      make("h2", "", words.sound[annunciator.state(now)]),
      make("p", "", words.sound_help),
      make("div", "buttons",
        act("main", words.sound_test, () => annunciator.test()),
        act("", isMuted ? words.unmute : words.mute, () => {
          if (isMuted) annunciator.unmute(); else annunciator.mute(performance.now());
          this.close();
        })),
    );
  }

  /** Tell how an order went. */
  told(outcome) {
    if (!outcome || !this.outcome || !this.asked.has(outcome.command_id)) return;
    const said = outcome.status === "done" ? this.asked.get(outcome.command_id) ?? outcome.message : outcome.message;
    write(this.outcome, fill(this.words.outcome[outcome.status] ?? "{message}", { ...outcome, message: said }));
  }
}
