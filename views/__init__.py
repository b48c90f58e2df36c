"""Everything seen: page modules, figures, the live feed, the browser component, words."""
