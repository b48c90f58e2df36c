// What opens at a touch: one recliner's alarms with acknowledge and audio pause, each signed by a
// name; and the sound's own panel with its test. Orders leave through the page, never from here.

import { make, write } from "./dom.js";
import { fill, timeOfDay } from "./words.js";
import { aside, byUrgency, MARKS, sentence, stoodSentence, trueSince } from "./alarms.js";

function act(className, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
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
    if (about) this.asked.set(id, about);
  }

  /** Open for one recliner. */
  open(recliner, picture, isLost = false) {
    this.recliner = recliner;
    this.rows = make("div", "rows");
    this.outcome = make("p", "outcome");
    this.outcome.setAttribute("role", "status");
    this.signature = null;
    this.refresh(recliner, picture, isLost);
    this.show(
      make("h2", "", fill(this.words.recliner_title, { recliner })),
      this.rows,
      ...this.nameField(),
      this.buttons(recliner, picture),
      this.outcome,
    );
  }

  /** Write the alarms anew when they changed while the panel is open; without data, what stood. */
  refresh(recliner, picture, isLost = false) {
    if (!recliner || recliner !== this.recliner) return;
    const alarms = byUrgency(picture?.alarms ?? []);
    const signature = isLost + JSON.stringify(alarms.map((one) => [one.condition, one.value, one.worst, one.limit, one.since, one.acknowledged_by, one.state]));
    if (signature === this.signature) return;
    this.signature = signature;
    if (isLost) {
      this.rows.replaceChildren(make("p", "", this.words.no_data), make("p", "", stoodSentence(alarms, picture, this.words)));
      return;
    }
    const rows = alarms.map((alarm) => this.alarmRow(recliner, picture, alarm));
    this.rows.replaceChildren(...(rows.length ? rows : [make("p", "", this.words.no_alarms)]));
  }

  alarmRow(recliner, picture, alarm) {
    const { words } = this;
    const text = sentence(alarm, picture, words);
    const since = fill(words.since_time, { time: timeOfDay(trueSince(alarm), true) });
    const row = make("div", "row", make("b", "sign", MARKS[alarm.priority]),
      make("span", "said", make("span", "what", text), make("span", "aside", aside(alarm, picture, since, words))));
    row.dataset.kind = alarm.priority;
    if (!alarm.acknowledged_by) {
      const about = fill(words.acknowledged, { alarm: text });
      const which = { condition: alarm.condition, device_id: alarm.device_id ?? null };
      const button = act("main", words.acknowledge, () => this.order(recliner, "acknowledge", which, about));
      button.dataset.condition = alarm.condition;
      row.append(button);
    }
    return row;
  }

  buttons(recliner, picture) {
    const isPaused = Boolean(picture?.audio_paused_until);
    const verb = isPaused ? "resume_audio" : "pause_audio";
    const buttons = make("div", "buttons",
      act("", isPaused ? this.words.resume_audio : this.words.pause_audio, () => this.order(recliner, verb, {})));
    if (this.actions.pages.includes("recliner")) {
      buttons.append(act("", this.words.open_recliner, () => this.actions.go("recliner", recliner)));
    }
    return buttons;
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
    if (!outcome || !this.outcome) return;
    const said = outcome.status === "done" ? this.asked.get(outcome.command_id) ?? outcome.message : outcome.message;
    write(this.outcome, fill(this.words.outcome[outcome.status] ?? "{message}", { ...outcome, message: said }));
  }
}
