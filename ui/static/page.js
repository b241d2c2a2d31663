// Runs once, when the reader is on the page. `element` is the reader, `server.source` asks the
// server for an article as HTML in which everything of the article is escaped.
const find = (selector) => element.querySelector(selector);
const sheet = find(".sheet");
const view = find(".view");
const walk = find(".walk");
const gentle = matchMedia("(prefers-reduced-motion: reduce)");
const wide = matchMedia("(min-width: 56rem)");
const MARKERS = 'a.cite[href^="#cite-"]';
const LINES = 56; // pixels in which two lines of a preview can be read
let marker = null;
let latest = 0;
let shut = false; // whether the reader of this page closed the source

const place = (link) => decodeURIComponent(link.getAttribute("href").slice("#cite-".length));
const box = () => document.querySelector("#ask textarea");

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
// reader, named after the article, is announced with them. `from` is what keeps the focus.
async function read(ref, others = [], from = null) {
  const mine = ++latest;
  const article = ref.split("-")[0];
  const spans = others
    .filter((other) => other !== ref && other.startsWith(`${article}-`))
    .map((other) => other.slice(article.length + 1));
  let page;
  try {
    page = await server.source([ref, ...new Set(spans)].slice(0, 60).join(","));
    if (page === undefined) throw new Error(); // so Gradio tells that nobody answered
  } catch {
    page = '<p class="problem">The server did not answer. Reload the page and ask again.</p>';
  }
  if (mine !== latest) return; // another citation was opened meanwhile
  view.innerHTML = page;
  sheet.hidden = false;
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
  const all = citations(link);
  const at = all.findIndex((each) => place(each) === place(link));
  walk.hidden = all.length < 2 || at < 0;
  find(".count").textContent = `Citation ${at + 1} of ${all.length}`;
  find(".before").disabled = at <= 0;
  find(".after").disabled = at + 1 >= all.length;
  read(place(link), all.map(place), from);
}

// A link, or the one that stands in its place where it was drawn anew.
function drawn(link, within) {
  return !link || link.isConnected ? link : within.querySelector(`a[href="${link.getAttribute("href")}"]`);
}

function step(by, from = null) {
  const all = citations(marker);
  const at = all.findIndex((each) => place(each) === place(marker)) + by;
  if (!marker || !all[at]) return;
  history.replaceState(history.state, "", all[at].getAttribute("href"));
  open(all[at], from);
}

function back() {
  const target = marker?.isConnected ? marker : box();
  if (!wide.matches) close();
  target.scrollIntoView({ block: "center", behavior: gentle.matches ? "auto" : "smooth" });
  target.focus({ preventScroll: true });
}

function close() {
  latest += 1;
  sheet.hidden = true;
  marker?.removeAttribute("aria-current");
  marker = null;
}

// Each room has the article that was opened in it.
const tabs = document.querySelectorAll("#doors [role=tab]");
const room = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
let before = null; // the citation that is open in the other one
for (const tab of tabs) {
  room(tab).role = "tabpanel";
  room(tab).setAttribute("aria-label", tab.textContent);
}

function enter(tab) {
  if (tab.getAttribute("aria-selected") === "true") return;
  for (const each of tabs) each.setAttribute("aria-selected", String(each === tab));
  const was = marker;
  close();
  const link = drawn(before, room(tab));
  if (link) open(link, tab);
  before = was;
  room(tab).dispatchEvent(new Event("onrecord:entered"));
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("#doors [role=tab]");
  if (tab) return enter(tab);
  const button = event.target.closest?.("#reader .steps button");
  if (button?.classList.contains("close")) {
    const target = marker?.isConnected ? marker : box();
    shut = true;
    close();
    return target?.focus({ preventScroll: true });
  }
  if (button) return step(button.classList.contains("after") ? 1 : -1, button);
  // What was pressed goes away: the keyboard goes on in the question box, where a question that is
  // edited is awaited by whoever pressed that.
  const gone = event.detail === 0 ? "#fresh, .suggestion, #stop, #leave, [data-do=retry], [data-do=wide], [data-do=plain]" : "[data-do=edit]";
  if (event.target.closest?.(`[data-do=edit], ${gone}`)) box()?.focus({ preventScroll: true });
  const link = event.target.closest?.('a[href^="#cite-"], #reader a.back');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.classList.contains("back")) return back();
  shut = false;
  history.replaceState(history.state, "", link.getAttribute("href"));
  open(link);
}, true);

// J and K step through the citations of the answer that is being read, as in mail programs;
// Escape goes back to it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") peek.hidden = true;
  if (event.ctrlKey || event.metaKey || event.altKey || !marker) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "Escape" && element.contains(event.target)) back();
});

// What a marker's quote is, beside it, for the mouse and for the keyboard.
const peek = Object.assign(document.createElement("div"), { id: "peek", hidden: true });
peek.ariaHidden = "true"; // the marker's description says the same
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
  // Below the marker or above it, from its left edge or to its right one: where there is most room
  // between this and the next control. It is scrolled, or left out, rather than cover one.
  const at = link.getBoundingClientRect();
  peek.style.maxHeight = "";
  const { offsetWidth: width, offsetHeight: whole } = peek;
  const edges = (which) => document.querySelector(which).getBoundingClientRect();
  const controls = [...document.querySelectorAll("#talk :is(a, button, input)")]
    .filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect());
  const places = [at.left, at.right - width].flatMap((from) => {
    const left = Math.max(8, Math.min(from, innerWidth - width - 8));
    const near = controls.filter((each) => each.right > left && each.left < left + width);
    const floor = Math.min(edges("#composer").top, ...near.map((each) => each.top).filter((top) => top >= at.bottom - 3));
    const roof = Math.max(edges("#conversation").top, ...near.map((each) => each.bottom).filter((bottom) => bottom <= at.top + 3));
    const [below, above] = [floor - at.bottom, at.top - roof].map((room) => Math.min(room, whole));
    return [{ left, top: at.bottom, height: below }, { left, top: at.top - above, height: above }];
  });
  const best = places.reduce((one, other) => (other.height > one.height ? other : one));
  Object.assign(peek.style, { left: `${best.left}px`, top: `${best.top}px`, maxHeight: `${best.height}px` });
  peek.hidden = best.height < Math.min(whole, LINES);
}

for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest?.(MARKERS);
    if (link) show(link);
    else if (!peek.contains(event.target)) peek.hidden = true;
  });
}
document.addEventListener("scroll", (event) => {
  if (!peek.contains(event.target)) peek.hidden = true;
}, true);

// As the chat grows: a new question comes to the top, and the first citation of its answer opens.
let asked = 0;
let growing = false;
let opened = ""; // of which answer the source was opened by itself
let pinned = location.hash.startsWith("#cite-"); // an address that ends in a citation opens it

function settle() {
  const chat = document.querySelector("#chat");
  const talk = document.querySelector("#talk");
  if (!chat || !talk) return; // Gradio is not done yet
  if (!shown?.isConnected) peek.hidden = true; // its marker may go as an answer grows
  // Gradio names a message by its markup, which would be read aloud.
  for (const message of chat.querySelectorAll('[aria-label*="message:"]')) message.removeAttribute("aria-label");
  for (const link of chat.querySelectorAll(`:is(${MARKERS}):not([aria-label])`)) {
    link.setAttribute("aria-label", `Citation ${link.textContent}`);
  }
  const questions = chat.querySelectorAll(".asked");
  const last = questions[questions.length - 1];
  const grows = chat.querySelector(".state.growing") !== null;
  if (last && (questions.length !== asked || (grows && !growing))) rise(talk, last);
  if (!last) talk.style.minHeight = "";
  asked = questions.length;
  growing = grows;
  const answers = chat.querySelectorAll(".answer, .refusal, .waiting, .problem");
  const answer = answers[answers.length - 1];
  const first = answer?.querySelector(MARKERS);
  const key = `${asked} ${last?.textContent} ${first?.getAttribute("href")}`;
  if (key === opened && marker && !marker.isConnected) { // the same answer was drawn anew
    marker = drawn(marker, answer) ?? marker;
    marker.setAttribute("aria-current", "true");
  }
  if (key === opened || (grows && !first)) return;
  const began = opened === ""; // the chat came, perhaps after a link was pressed
  opened = key;
  if (pinned) pinned = false;
  else if (first && wide.matches && !shut) open(first, document.body);
  else if (!began && (marker || !first)) close();
}

// What was typed comes back if there is no server to take it.
document.addEventListener("onrecord:sent", ({ detail: text }) => setTimeout(async () => {
  const last = [...document.querySelectorAll("#chat .asked")].at(-1)?.textContent.trim().replace(/…$/, "");
  if (!text || box().value || (last && text.trim().startsWith(last))) return;
  try {
    await fetch("favicon.ico", { method: "HEAD", cache: "no-store" });
  } catch {
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }
}, 1500));

let risen = null; // the question that came to the top, until the reader scrolls or presses something
let across = 0;

function rise(talk, question) {
  const scroller = document.querySelector("#conversation");
  if (!across) watch(talk, scroller);
  risen = question;
  const top = question.getBoundingClientRect().top - talk.getBoundingClientRect().top;
  const room = scroller.clientHeight - document.querySelector("#composer").offsetHeight;
  talk.style.minHeight = asked === 0 && top < 40 ? "" : `${top + room - 24}px`;
  scroller.scrollTo({ top: talk.offsetTop + top - 16, behavior: gentle.matches ? "auto" : "smooth" });
}

// The source comes or goes beside the chat, which then has other lines: the question stays at the top.
function watch(talk, scroller) {
  across = scroller.clientWidth;
  new ResizeObserver(() => {
    if (scroller.clientWidth === across) return;
    across = scroller.clientWidth;
    if (risen?.isConnected && across) rise(talk, risen);
  }).observe(scroller);
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    scroller.addEventListener(kind, () => { risen = null; }, { passive: true });
  }
}

wide.addEventListener("change", () => wide.matches || close()); // a sheet only comes when it is called
matchMedia("(min-width: 1200px)").addEventListener("change", () => trigger("resized"));
new MutationObserver(settle).observe(document.querySelector("#desk"), { childList: true, subtree: true });
settle();
if (pinned) read(decodeURIComponent(location.hash.slice("#cite-".length)));
