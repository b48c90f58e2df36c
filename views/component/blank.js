// A page whose drawing broke in the browser is white and stays so: Streamlit takes everything away,
// and nobody would be told anything any more. Such a page is loaded anew, within seconds.

const BLANK_LISTENS = "chairsideBlank";
const BLANK_LOOK_MS = 500;
const BLANK_LOOKS = 3;

/** Say whether the page holds nothing though it was drawn. */
export function isBlank(page) {
  const root = page.getElementById("root");
  return root !== null && root.childElementCount === 0;
}

function watchForBlank(page, view) {
  if (page.documentElement.dataset[BLANK_LISTENS]) return;
  page.documentElement.dataset[BLANK_LISTENS] = "1";
  let looks = 0;
  view.setInterval(() => {
    looks = isBlank(page) ? looks + 1 : 0;
    if (looks === BLANK_LOOKS) view.location.reload();
  }, BLANK_LOOK_MS);
}

watchForBlank(document, window);
