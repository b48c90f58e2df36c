// Sentences are data: they arrive from the server in the language of the clinic.
// Here lives the filling-in of their blanks, and how durations and numbers are written.

/** Fill the {blanks} of a sentence; a blank without a value stays as it is written. */
export function fill(sentence, values) {
  return String(sentence ?? "").replace(/\{(\w+)\}/g, (blank, name) =>
    values[name] === undefined || values[name] === null ? blank : String(values[name]));
}

/** Write milliseconds as 4:07 or 1:04:07. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Write how old something is: seconds up to a minute, minutes up to two hours, then hours. */
export function ageText(ms, words) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return fill(words.age_s, { n: seconds });
  if (seconds < 7200) return fill(words.age_min, { n: Math.floor(seconds / 60) });
  return fill(words.age_h, { n: Math.floor(seconds / 3600) });
}

/** Write the time of day in the browser's zone, 24 hours. */
export function timeOfDay(utcMs, withSeconds) {
  const at = new Date(utcMs);
  const two = (n) => String(n).padStart(2, "0");
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return withSeconds ? `${minutes}:${two(at.getSeconds())}` : minutes;
}

/** Write a vital's number as the tile shows it. */
export function numberText(vital, value) {
  if (value === null || value === undefined) return "";
  if (vital === "temperature_c" || vital === "perfusion_index_pct") return Number(value).toFixed(1);
  return String(Math.round(value));
}

/** Begin a sentence with a capital letter. */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
