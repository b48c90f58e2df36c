// Run in the page by test_wall.py: names everything that does not fit or is covered.
() => {
  const found = [];
  const field = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const within = (inner, outer) => inner.left >= outer.left - 1 && inner.top >= outer.top - 1
    && inner.right <= outer.right + 1 && inner.bottom <= outer.bottom + 1;
  // A line box is taller than its digits: a quarter of it may lie under a neighbour.
  const isAbove = (a, b) => a.bottom - a.height * 0.25 <= b.top;
  const areApart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || isAbove(a, b) || isAbove(b, a);
  const scrolls = document.scrollingElement;
  if (scrolls.scrollHeight > innerHeight || scrolls.scrollWidth > innerWidth) found.push("the page scrolls");
  for (const tile of document.querySelectorAll("[data-recliner]")) {
    const box = tile.getBoundingClientRect();
    const name = tile.dataset.recliner;
    if (!within(box, field)) found.push(`${name} is off the screen`);
    if (tile.dataset.calm) continue;
    const seen = [...tile.querySelectorAll("[data-vital], .mean")].filter((e) => e.textContent);
    const boxes = seen.map((e) => [e.dataset.vital ?? "mean", e.getBoundingClientRect()]);
    const foot = tile.querySelector("footer");
    const plate = foot.dataset.kind ? foot.getBoundingClientRect() : null;
    boxes.forEach(([what, number], i) => {
      if (!within(number, box)) found.push(`${name}: ${what} is cut off`);
      if (plate && !areApart(number, plate)) found.push(`${name}: the plate covers ${what}`);
      for (const [other, next] of boxes.slice(i + 1)) {
        if (!areApart(number, next)) found.push(`${name}: ${what} lies on ${other}`);
      }
    });
  }
  return found;
}
