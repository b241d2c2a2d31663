// Runs once, when the reader is on the page. `element` is the reader, `server.source` asks the
// server for an article as HTML in which everything of the article is escaped.
const view = element.querySelector(".view");
const bar = element.querySelector(".steps");
const gentle = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
const MARKERS = 'a.cite[href^="#cite-"]';
let marker = null;
let latest = 0;

const place = (link) => decodeURIComponent(link.getAttribute("href").slice("#cite-".length));

// The answer that a marker belongs to, with one marker for each citation, in order of number.
function citations(link) {
  const answer = link?.closest(".answer");
  const seen = new Map();
  for (const each of answer?.querySelectorAll(MARKERS) ?? []) {
    if (!seen.has(place(each))) seen.set(place(each), each);
  }
  return [...seen.values()].sort((a, b) => Number(a.textContent) - Number(b.textContent));
}

async function read(ref, others = []) {
  const mine = ++latest;
  const article = ref.split("-")[0];
  const spans = others
    .filter((other) => other !== ref && other.startsWith(`${article}-`))
    .map((other) => other.slice(article.length + 1));
  let page;
  try {
    page = await server.source([ref, ...new Set(spans)].slice(0, 60).join(","));
  } catch {
    page = '<p class="problem">The server did not answer. Reload the page and ask again.</p>';
  }
  if (mine !== latest) return; // another citation was opened meanwhile
  view.innerHTML = page;
  view.querySelector("h2")?.focus({ preventScroll: true });
  (view.querySelector("mark:not(.other)") ?? view).scrollIntoView({ block: "center" });
}

function open(link) {
  marker?.removeAttribute("aria-current");
  marker = link;
  marker.setAttribute("aria-current", "true");
  history.replaceState(history.state, "", link.getAttribute("href"));
  const all = citations(link);
  const at = all.findIndex((each) => place(each) === place(link));
  bar.hidden = all.length < 2 || at < 0;
  bar.querySelector(".count").textContent = `Citation ${at + 1} of ${all.length}`;
  bar.querySelector(".before").disabled = at <= 0;
  bar.querySelector(".after").disabled = at + 1 >= all.length;
  read(place(link), all.map(place));
}

function step(by) {
  const all = citations(marker);
  const at = all.findIndex((each) => place(each) === place(marker)) + by;
  if (marker && all[at]) open(all[at]);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#reader .steps button");
  if (button) return step(button.classList.contains("after") ? 1 : -1);
  const link = event.target.closest?.('a[href^="#cite-"], #reader a.back');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.classList.contains("back")) {
    const target = marker?.isConnected ? marker : document.querySelector("#chat");
    target.scrollIntoView({ block: "center", behavior: gentle });
    target.focus({ preventScroll: true });
    return;
  }
  open(link);
}, true);

// J and K step through the citations of the answer that is being read, as in mail programs.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !marker) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
});

// What a marker's quote is, beside it, for the mouse and for the keyboard.
const peek = document.createElement("div");
peek.id = "peek";
peek.hidden = true;
document.body.append(peek);

function show(link) {
  const said = link.dataset.peek ?? link.title;
  link.dataset.peek = said;
  link.removeAttribute("title");
  link.setAttribute("aria-description", said);
  peek.textContent = said;
  peek.hidden = false;
  const box = link.getBoundingClientRect();
  const low = box.bottom + 6 + peek.offsetHeight > innerHeight;
  peek.style.top = `${Math.max(4, low ? box.top - peek.offsetHeight - 6 : box.bottom + 6)}px`;
  peek.style.left = `${Math.max(8, Math.min(box.left, innerWidth - peek.offsetWidth - 8))}px`;
}

for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest?.(MARKERS);
    if (link) show(link);
    else peek.hidden = true;
  });
}
document.addEventListener("scroll", () => { peek.hidden = true; }, true);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") peek.hidden = true; });

// An address that ends in a citation opens it: a quote can be bookmarked and sent.
if (location.hash.startsWith("#cite-")) read(decodeURIComponent(location.hash.slice("#cite-".length)));
