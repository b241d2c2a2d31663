// Runs once, when the reader is on the page. `element` is the reader, `server.source` asks the
// server for an article as HTML in which everything of the article is escaped.
const view = element.querySelector(".view");
const bar = element.querySelector(".steps");
const gentle = matchMedia("(prefers-reduced-motion: reduce)");
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

// The article comes with the focus on the words that are cited: there reading goes on, and the
// reader, named after the article, is announced with them. `from` is a button that keeps it.
async function read(ref, others = [], from = null) {
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
  view.setAttribute("aria-label", view.querySelector("h2")?.textContent || "The cited article");
  const words = view.querySelector("mark:not(.other)") ?? view;
  words.tabIndex = words === view ? 0 : -1;
  if (!from || from.disabled) words.focus({ preventScroll: true });
  words.scrollIntoView({ block: words === view ? "start" : "center" });
}

function open(link, from = null) {
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
  read(place(link), all.map(place), from);
}

function step(by, from = null) {
  const all = citations(marker);
  const at = all.findIndex((each) => place(each) === place(marker)) + by;
  if (marker && all[at]) open(all[at], from);
}

function back() {
  const target = marker?.isConnected ? marker : document.querySelector("#ask textarea");
  target.scrollIntoView({ block: "center", behavior: gentle.matches ? "auto" : "smooth" });
  target.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#reader .steps button");
  if (button) return step(button.classList.contains("after") ? 1 : -1, button);
  const link = event.target.closest?.('a[href^="#cite-"], #reader a.back');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.classList.contains("back")) return back();
  open(link);
}, true);

// J and K step through the citations of the answer that is being read, as in mail programs;
// Escape goes back to it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !marker) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "Escape" && element.contains(event.target)) back();
});

// What a marker's quote is, beside it, for the mouse and for the keyboard.
const peek = document.createElement("div");
peek.id = "peek";
peek.hidden = true;
peek.setAttribute("aria-hidden", "true"); // the marker's description says the same
peek.append(document.createElement("div"));
document.body.append(peek);

let shown = null; // the marker whose quote is shown

function show(link) {
  shown = link;
  const said = link.dataset.peek ?? link.title;
  link.dataset.peek = said;
  link.removeAttribute("title");
  link.setAttribute("aria-description", said);
  peek.firstChild.textContent = said;
  peek.hidden = false;
  // Below the marker or above it, where there is room; it covers neither the marker nor a control.
  const box = link.getBoundingClientRect();
  peek.style.maxHeight = "";
  const controls = document.querySelector("#ask")?.getBoundingClientRect().top ?? innerHeight;
  const floor = controls > box.bottom ? Math.min(controls, innerHeight) : innerHeight;
  const above = box.bottom + peek.offsetHeight > floor && box.top > floor - box.bottom;
  peek.style.maxHeight = `${above ? box.top : floor - box.bottom}px`;
  peek.style.top = `${above ? box.top - peek.offsetHeight : box.bottom}px`;
  peek.style.left = `${Math.max(8, Math.min(box.left, innerWidth - peek.offsetWidth - 8))}px`;
}

for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest?.(MARKERS);
    if (link) show(link);
    else if (!peek.contains(event.target)) peek.hidden = true;
  });
}
// The marker that it belongs to may go as an answer grows.
new MutationObserver(() => { if (!shown?.isConnected) peek.hidden = true; })
  .observe(document.querySelector("#chat") ?? document.body, { childList: true, subtree: true });
document.addEventListener("scroll", (event) => {
  if (!peek.contains(event.target)) peek.hidden = true;
}, true);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") peek.hidden = true; });

// Deleting is asked for twice: the button asks back, and forgets it when it is left.
const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");
document.body.append(said);
let asking = null; // its label, meanwhile

function forget() {
  if (!asking) return;
  asking.data = "Delete";
  asking.parentElement?.classList.remove("sure");
  asking = null;
  said.textContent = "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#earlier button");
  const sure = asking?.parentElement === button;
  forget();
  if (sure || button?.textContent.trim() !== "Delete") return;
  event.stopImmediatePropagation();
  asking = [...button.childNodes].find((node) => node.data?.trim() === "Delete");
  asking.data = said.textContent = "Delete this chat?";
  button.classList.add("sure");
}, true);
document.addEventListener("focusout", forget);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") forget(); });

// What Gradio leaves unsaid, or says to a screen reader as markup, is put right as it appears.
function mend() {
  for (const toggle of document.querySelectorAll(":is(#narrow, #earlier) > button")) {
    toggle.setAttribute("aria-expanded", String(toggle.classList.contains("open")));
  }
  for (const message of document.querySelectorAll('#chat [data-testid][aria-label*="message:"]')) {
    message.removeAttribute("aria-label");
  }
  for (const link of document.querySelectorAll(`#chat :is(${MARKERS}):not([aria-label])`)) {
    link.setAttribute("aria-label", `Citation ${link.textContent}`);
  }
  for (const picture of document.querySelectorAll("#narrow svg:not([aria-hidden])")) {
    picture.setAttribute("aria-hidden", "true");
  }
}

// Where a button was pressed that is then no more, the keyboard goes on in the question box.
let held = null;
document.addEventListener("focusin", (event) => {
  const button = event.target.closest?.("#conversation button");
  held = button?.matches(":focus-visible") ? button : null;
});

function hold() {
  const lost = held && !held.checkVisibility();
  const nowhere = [document.body, held, null].includes(document.activeElement);
  if (!lost || !nowhere) return;
  held = null;
  document.querySelector("#ask textarea")?.focus({ preventScroll: true });
}

new MutationObserver(() => { mend(); hold(); }).observe(document.querySelector("#desk"), {
  attributes: true, attributeFilter: ["aria-label", "class"], childList: true, subtree: true,
});
mend();

// An address that ends in a citation opens it: a quote can be bookmarked and sent.
if (location.hash.startsWith("#cite-")) read(decodeURIComponent(location.hash.slice("#cite-".length)));
