// How 1 to 16 recliners share a screen without scrolling: columns, rows, arrangement, type size.
// Everything on a tile is a multiple of one unit (pixels), so the largest unit wins. Where room
// is short the trend goes first, then the pleth, never a number.

// What each arrangement needs, in units: width, height without traces, with pleth, with trend too;
// and how tall its SpO2 is, which is what a person across the room reads.
const ARRANGEMENTS = {
  tall: { width: 21.2, bare: 20, pleth: 22.8, trend: 27, number: 6.2 },
  wide: { width: 35, bare: 11.6, pleth: 14.4, trend: 16.4, number: 5 },
  row: { width: 46, bare: 7.1, pleth: Infinity, trend: Infinity, number: 4.6 },
};
const WORTH = { trend: 1, pleth: 0.8, bare: 0.62 };
const LARGEST_UNIT = 60;
const SMALL_UNIT = 11; // below this the small words are hard to read at arm's length

function fits(width, height, modes) {
  const found = [];
  for (const [mode, need] of Object.entries(ARRANGEMENTS)) {
    if (modes && !modes.includes(mode)) continue;
    for (const traces of ["trend", "pleth", "bare"]) {
      const unit = Math.min(width / need.width, height / need[traces], LARGEST_UNIT);
      const legible = Math.min(1, unit / SMALL_UNIT) ** 2;
      found.push({ mode, traces, unit, score: unit * need.number * WORTH[traces] * legible });
    }
  }
  return found;
}

/** Choose the layout for a number of recliners on a field of width × height pixels; modes narrows
    the arrangements. */
export function layout(count, width, height, gap = 8, modes = null) {
  let best = null;
  const most = Math.max(1, count);
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(most / columns);
    const empty = columns * rows - most;
    if (empty >= columns || (most > 1 && empty >= rows)) continue;
    const tileWidth = (width - gap * (columns - 1)) / columns;
    const tileHeight = (height - gap * (rows - 1)) / rows;
    for (const choice of fits(tileWidth, tileHeight, modes)) {
      const score = choice.score * (1 - 0.02 * empty);
      if (!best || score > best.score + 1e-9) {
        best = { ...choice, columns, rows, tileWidth, tileHeight, score };
      }
    }
  }
  return best;
}
