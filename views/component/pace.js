// How often the traces are drawn: as often as this machine keeps up with, never at the cost of the
// numbers. Frames that come late make the next ones fewer; a calm machine gets them back slowly.

const STEPS_MS = [33, 50, 80, 125];
const WINDOW_MS = 1000;
const ENOUGH = 0.8;
const CALM_WINDOWS = 15;

export class FramePace {
  constructor() {
    this.step = 0;
    this.calm = 0;
    this.since = null;
    this.frames = 0;
  }

  /** Return the milliseconds that should lie between two drawings now. */
  get frameMs() {
    return STEPS_MS[this.step];
  }

  /** Say whether to draw at this moment, given when it was last done. */
  isDue(now, lastMs) {
    return now - lastMs >= this.frameMs - 4;
  }

  /** Take that a drawing was done; once a second see whether the machine kept up. */
  drawn(now) {
    if (this.since === null || now - this.since > 3 * WINDOW_MS) {
      this.since = now;
      this.frames = 0;
      return;
    }
    this.frames += 1;
    const spent = now - this.since;
    if (spent < WINDOW_MS) return;
    this.judge(this.frames * this.frameMs / spent);
    this.since = now;
    this.frames = 0;
  }

  judge(share) {
    if (share < ENOUGH) {
      this.step = Math.min(this.step + 1, STEPS_MS.length - 1);
      this.calm = 0;
      return;
    }
    this.calm += 1;
    if (this.calm < CALM_WINDOWS || this.step === 0) return;
    this.step -= 1;
    this.calm = 0;
  }
}
