// The page's own line to the dashboard: one websocket, opened again with jittered back-off.
// It knows nothing of what the messages mean; it reports how the line fails, because a server
// that is gone and a server that hangs are told apart in words.

const REFUSED_CODE = 4401; // the server's word for a token that is too old or not its own
const OPENING_LIMIT_MS = 4000;
const SILENCE_LIMIT_MS = 7000;

/** Return the wait before the nth attempt: 0.25 s doubling to 3 s, with jitter. */
export function backoffMs(attempt, random = Math.random) {
  const ceiling = Math.min(3000, 250 * 2 ** Math.min(attempt, 6));
  return Math.max(250, ceiling * (0.5 + 0.5 * random()));
}

/** Keep one websocket to the feed. */
export class Feed {
  constructor(url, token, listener) {
    this.url = url;
    this.token = token;
    this.listener = listener; // {message(object), opened(), failed("gone"|"silent"), refused()}
    this.attempt = 0;
    this.socket = null;
    this.timer = null;
    this.refusedToken = null;
    this.isClosed = false;
    this.isResting = false;
    this.onHide = () => this.rest();
    this.onShow = () => this.resume();
    window.addEventListener("pagehide", this.onHide);
    window.addEventListener("pageshow", this.onShow);
    this.connect();
  }

  connect() {
    if (this.isClosed || this.isResting || this.token === this.refusedToken) return;
    const socket = new WebSocket(this.url, ["chairside", this.token]);
    this.socket = socket;
    this.openedAt = null;
    this.startedAt = performance.now();
    this.spokenAt = this.startedAt;
    socket.onopen = () => this.socket === socket && this.opened();
    socket.onmessage = (event) => this.socket === socket && this.heard(event.data);
    socket.onclose = (event) => this.socket === socket && this.lost(event.code);
  }

  opened() {
    this.openedAt = performance.now();
    this.spokenAt = this.openedAt;
    this.listener.opened();
  }

  heard(text) {
    this.spokenAt = performance.now();
    this.attempt = 0;
    const message = JSON.parse(text);
    if (message.type === "token") this.token = message.token;
    else this.listener.message(message);
  }

  lost(code) {
    this.socket = null;
    if (code === REFUSED_CODE) {
      this.refusedToken = this.token;
      this.listener.refused();
      return;
    }
    this.listener.failed("gone");
    this.again();
  }

  again() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), backoffMs(this.attempt++));
  }

  /** Give up a line that opens or speaks too slowly: the server hangs. Called by the page's tick. */
  check(now) {
    if (!this.socket) return;
    const limit = this.openedAt === null ? OPENING_LIMIT_MS : SILENCE_LIMIT_MS;
    if (now - this.spokenAt < limit) return;
    const socket = this.socket;
    this.socket = null;
    socket.close();
    this.listener.failed("silent");
    this.again();
  }

  /** Take a fresh token from the page; a line that was refused is opened again with it. */
  renew(token) {
    if (!token || token === this.token) return;
    const wasRefused = this.refusedToken !== null;
    this.token = token;
    this.refusedToken = null;
    if (wasRefused && !this.socket) this.connect();
  }

  /** Hang up while the page is put away: one kept by the browser would hold its line, unread. */
  rest() {
    this.isResting = true;
    this.hangUp();
  }

  /** Open the line again when the page is taken out. */
  resume() {
    if (!this.isResting) return;
    this.isResting = false;
    this.attempt = 0;
    this.connect();
  }

  hangUp() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  close() {
    this.isClosed = true;
    window.removeEventListener("pagehide", this.onHide);
    window.removeEventListener("pageshow", this.onShow);
    this.hangUp();
  }
}
