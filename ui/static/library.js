// Runs once, when the corpus page is there. `element` is its root; `server.listed` gives the table
// as HTML in which everything of an article is escaped. Adding and removing go by /api.
const find = (selector) => element.querySelector(selector);
const asked = { words: "", column: "published", descending: true, first: 0 };
// Files of one request: it must stay below what the server takes at once.
const MOST_FILES = 500;
const MOST_BYTES = 150e6;
const STAGES = { fetch: "Fetched", read: "Read", embed: "Encoded", index: "Making the index" };
let latest = 0;
let copies = false; // whether the sample is open, to a copy of which articles may be added

async function draw() {
  const mine = ++latest;
  let shown;
  try {
    shown = await server.listed(asked);
  } catch {
    find(".table").replaceChildren(made("p", { className: "problem" }, "The server did not answer. Reload the page."));
    return;
  }
  if (mine !== latest) return; // something else was looked for meanwhile
  const column = element.contains(document.activeElement) && document.activeElement.dataset.column;
  for (const part of ["about", "table", "facets"]) find(`.${part}`).innerHTML = shown[part];
  const drawn = find(".drawn");
  if (drawn && drawn.scrollWidth > drawn.clientWidth) { // the newest, where not all has room
    drawn.scrollTo(drawn.scrollWidth, 0);
    drawn.tabIndex = 0;
  }
  if (column) find(`[data-column="${column}"]`)?.focus();
  asked.first = shown.first;
  const of = shown.found === shown.total ? "" : ` found among ${shown.total.toLocaleString("en")}`;
  find(".pages").hidden = shown.found === 0;
  find(".pages .count").textContent =
    `${shown.first + 1}–${shown.last} of ${shown.found.toLocaleString("en")}${of}`;
  const whole = shown.last - shown.first === shown.found;
  const turns = { before: [2 * shown.first - shown.last, shown.first === 0], after: [shown.last, shown.last >= shown.found] };
  for (const [name, [first, disabled]] of Object.entries(turns)) {
    Object.assign(find(`.pages .${name}`), { disabled, hidden: whole }).dataset.first = first;
  }
  find(".alerts").hidden = !shown.alerts;
  find(".alerts div").innerHTML = shown.alerts;
  find(".alerts .new").hidden = shown.unseen === 0;
  find(".alerts .new").textContent = shown.unseen ? `${shown.unseen} new` : "";
  find(".bell").hidden = !shown.watched;
  find(".adding").hidden = !shown.add;
  copies = shown.copies;
  find(".whose").textContent = shown.said;
  find(".hint").textContent = shown.hint;
  find('input[type="file"]').accept = shown.accept;
  choose();
}

function made(tag, given, ...within) {
  const one = Object.assign(document.createElement(tag), given);
  one.append(...within);
  return one;
}

// What is told while and after articles are added or removed; text only, so nothing is markup.
function tell(sentence, results = [], kind = "") {
  const items = results.map(({ id, title, uri, outcome, reason }) => {
    const name = made(id ? "a" : "span", id ? { href: `#cite-${id}` } : {}, title || uri);
    const said = made("span", { className: "said" }, reason ? `${outcome}: ${reason}` : outcome);
    return made("li", { className: outcome }, name, " ", said);
  });
  const list = items.length ? [made("ul", {}, ...items)] : [];
  find(".results").replaceChildren(made("p", { className: kind }, sentence), ...list);
  find(".results").scrollIntoView({ block: "nearest" });
}

const JSON_SENT = { "Content-Type": "application/json" };

// Asks /api for something that is done at once.
async function call(method, path, value) {
  const body = value && JSON.stringify(value);
  const response = await fetch(path, { method, headers: value ? JSON_SENT : {}, body });
  const told = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(told.error);
  return told;
}

// Sends something to /api and follows its progress; gives what became of each article.
async function send(path, body, headers = {}) {
  const accepted = { Accept: "text/event-stream", ...headers };
  const response = await fetch(path, { method: "POST", body, headers: accepted });
  if (!response.ok) throw new Error((await response.json()).error);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let results;
  for (;;) {
    const { value, done } = await reader.read();
    if (done && results) return results;
    if (done) throw new Error("the server stopped before it was done; see what was added");
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const each of events) {
      const [, name, data] = each.match(/^event: (.*)\ndata: (.*)$/);
      const told = JSON.parse(data);
      if (name === "error") throw new Error(told.error);
      if (name === "done") results = told.results;
      if (name !== "step") continue;
      const far = told.total ? ` ${told.done} of ${told.total}` : told.done ? ` ${told.done}` : "";
      tell(`${STAGES[told.stage] ?? told.stage}${far}…`);
    }
  }
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1).replace(/[.]?$/, ".")}`;

// Does some work with the forms locked, and then shows the corpus as it is.
async function work(doing) {
  const buttons = [...element.querySelectorAll("button, input, textarea")];
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  element.dataset.busy = "";
  let done = false;
  try {
    const results = await doing();
    await draw();
    const count = (outcome) => results.filter((each) => each.outcome === outcome).length;
    const told = ["added", "changed", "unchanged", "removed", "skipped"]
      .filter(count).map((outcome) => `${count(outcome).toLocaleString("en")} ${outcome}`);
    tell(sentence(told.join(", ") || "nothing to add"), results);
    done = true;
  } catch (error) {
    await draw();
    tell(sentence(error.message || "the server did not answer; try again"), [], "problem");
  }
  delete element.dataset.busy;
  for (const button of buttons) button.removeAttribute("aria-disabled");
  document.dispatchEvent(new Event("onrecord:edited"));
  trigger("edited");
  return done;
}

// Alerts: kept by a script of the page, removed here; what was shown once is not new any more.
function gone(...said) {
  find(".alerts").open = true;
  find(".gone").replaceChildren(...said);
  find(".gone").scrollIntoView({ block: "nearest" });
}

document.addEventListener("onrecord:alert", ({ detail: { text, where, tell } }) => {
  call("POST", "api/alerts", { text }).then(
    (kept) => tell(`Kept. New articles on “${kept.text}” will be told ${where}.`),
    (error) => tell(`Not kept: ${error.message}.`),
  );
});

function keep(text) {
  const detail = { text, where: "here", tell: async (said) => { await draw(); gone(said); } };
  document.dispatchEvent(new CustomEvent("onrecord:alert", { detail }));
}

async function changed(method, number, said) {
  const told = await call(method, `api/alerts/${number}`).catch((error) => ({ error: sentence(error.message) }));
  await draw();
  gone(...(told.error ? [told.error] : said(told)));
}

async function drop(button) {
  const undo = made("button", { type: "button" }, "Undo");
  await changed("DELETE", button.dataset.drop, ({ text, number }) => {
    undo.onclick = () => changed("POST", number, () => [`“${text}” is back.`]);
    return [`“${text}” was removed. `, undo];
  });
  undo.focus();
}

find(".alerts").addEventListener("toggle", async () => {
  if (!find(".alerts").open || find(".alerts .new").hidden) return;
  await call("POST", "api/alerts/seen");
  find(".alerts .new").hidden = true;
});

function parts(files) {
  const found = [[]];
  let bytes = 0;
  for (const file of files) {
    const full = bytes + file.size > MOST_BYTES || found.at(-1).length === MOST_FILES;
    if (full) found.push([]);
    bytes = (full ? 0 : bytes) + file.size;
    found.at(-1).push(file);
  }
  return found;
}

async function addFiles(files, how) {
  const results = [];
  for (const part of parts(files)) {
    const form = new FormData();
    for (const file of part) form.append("files", file, file.webkitRelativePath || file.name);
    results.push(...await send(`api/files${how}`, form));
  }
  return results;
}

const typed = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
const added = (value, how) => send(`api/articles${how}`, JSON.stringify(value), JSON_SENT);
const ADDING = {
  files: (form, how) => addFiles(form.elements.files.files, how),
  link: (form, how) => added({ url: form.elements.url.value }, how),
  paste: (form, how) => added({ articles: [typed(form)] }, how),
};

// Adds something, once the reader of a sample said whether to begin with a copy of it.
async function add(said, adding) {
  const dialog = find("dialog");
  if (copies) {
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
    if (!dialog.returnValue) return false;
  }
  tell(said);
  return work(() => adding(copies && dialog.returnValue === "copy" ? "?copy=true" : ""));
}

element.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  const adding = ADDING[form.className];
  if ("busy" in element.dataset || !adding) return;
  if (form.elements.files?.files.length === 0) return tell("Choose files first.", [], "problem");
  if (await add(form.className === "link" ? "Fetching…" : "Sending…", (how) => adding(form, how))) form.reset();
});

for (const kind of ["dragover", "drop"]) {
  find(".adding").addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "dragover" || "busy" in element.dataset) return;
    const files = [...event.dataTransfer.files];
    add("Sending…", (how) => addFiles(files, how));
  });
}

let typing;
find(".find input").addEventListener("input", (event) => {
  Object.assign(asked, { words: event.target.value, first: 0 });
  clearTimeout(typing);
  typing = setTimeout(draw, 150);
});

const chosen = () => [...element.querySelectorAll(".choose input:checked")];

function choose() {
  const count = chosen().length;
  find("button.remove").hidden = count === 0;
  find("button.remove").textContent = `Remove ${count}`;
  find(".confirm").hidden = true;
}

element.addEventListener("change", (event) => {
  if (event.target.closest(".choose")) choose();
});

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || "busy" in element.dataset) return;
  if (button.dataset.ask) {
    trigger("asked", { text: button.dataset.ask });
    document.querySelector("#doors [role=tab]").click();
    document.querySelector("#ask textarea").focus({ preventScroll: true });
  } else if (button.dataset.drop) {
    drop(button);
  } else if (button.classList.contains("bell")) {
    keep(find(".find input").value.trim());
  } else if (button.dataset.find) {
    const input = find(".find input");
    const words = button.dataset.find;
    input.value = (input.value.includes(words) ? input.value.replace(words, "") : `${input.value} ${words}`).trim().replace(/ +/g, " ");
    Object.assign(asked, { words: input.value, first: 0 });
    draw().then(() => element.querySelector(`[data-find="${CSS.escape(words)}"]`)?.focus());
  } else if (button.dataset.column) {
    const same = button.dataset.column === asked.column;
    asked.descending = same ? !asked.descending : button.closest("th").matches(".published, .characters, .revision, .copies");
    Object.assign(asked, { column: button.dataset.column, first: 0 });
    draw();
  } else if (button.dataset.first !== undefined) {
    asked.first = Math.max(0, Number(button.dataset.first));
    draw();
  } else if (button.classList.contains("remove")) {
    const all = chosen();
    const [those, them] = all.length === 1 ? ["this article", "it"] : [`these ${all.length} articles`, "them"];
    find(".confirm p").textContent = `Remove ${those} with every revision of ${them}? What cites ${them} cannot be opened then.`;
    find(".confirm").hidden = false;
    find(".confirm .no").focus();
  } else if (button.classList.contains("no")) {
    find(".confirm").hidden = true;
    find("button.remove").focus();
  } else if (button.classList.contains("yes")) {
    const ids = chosen().map((box) => box.value);
    find(".confirm").hidden = true;
    const which = new URLSearchParams(ids.map((id) => ["id", id]));
    work(async () => (await call("DELETE", `api/articles?${which}`)).results);
  }
});

element.closest("#corpus").addEventListener("onrecord:entered", () => { if (!chosen().length) draw(); });
