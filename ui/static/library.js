// Runs once, when the corpus page is there. `element` is its root; `server.listed` gives the table
// as HTML in which everything of an article is escaped. Adding and removing go by /api.
const find = (selector) => element.querySelector(selector);
const asked = { words: "", column: "published", descending: true, first: 0 };
// Files of one request: it must stay below what the server takes at once.
const MOST_FILES = 500;
const MOST_BYTES = 150e6;
const STAGES = { fetch: "Fetched", read: "Read", embed: "Encoded", index: "Making the index" };
let latest = 0;

async function draw() {
  const mine = ++latest;
  let shown;
  try {
    shown = await server.listed(asked);
  } catch {
    find(".table").innerHTML =
      '<p class="problem">The server did not answer. Reload the page.</p>';
    return;
  }
  if (mine !== latest) return; // something else was looked for meanwhile
  const column = element.contains(document.activeElement)
    ? document.activeElement.dataset.column : undefined;
  find(".about").innerHTML = shown.about;
  find(".table").innerHTML = shown.table;
  const drawn = find(".drawn");
  if (drawn && drawn.scrollWidth > drawn.clientWidth) { // the newest, where not all has room
    drawn.scrollTo(drawn.scrollWidth, 0);
    drawn.tabIndex = 0;
  }
  find(".facets").innerHTML = shown.facets;
  if (column) find(`[data-column="${column}"]`)?.focus();
  asked.first = shown.first;
  const of = shown.found === shown.total ? "" : ` found among ${shown.total.toLocaleString("en")}`;
  find(".pages").hidden = shown.found === 0;
  find(".pages .count").textContent =
    `${shown.first + 1}–${shown.last} of ${shown.found.toLocaleString("en")}${of}`;
  const whole = shown.last - shown.first === shown.found;
  for (const button of element.querySelectorAll(".pages button")) button.hidden = whole;
  find(".pages .before").disabled = shown.first === 0;
  find(".pages .after").disabled = shown.last >= shown.found;
  find(".pages .before").dataset.first = 2 * shown.first - shown.last;
  find(".pages .after").dataset.first = shown.last;
  find(".alerts").hidden = !shown.alerts;
  find(".alerts div").innerHTML = shown.alerts;
  find(".alerts .new").hidden = shown.unseen === 0;
  find(".alerts .new").textContent = shown.unseen ? `${shown.unseen} new` : "";
  find(".bell").hidden = !shown.watched;
  find(".adding").hidden = !shown.add;
  find(".whose").textContent = shown.said;
  find(".hint").textContent = shown.hint;
  find('input[type="file"]').accept = shown.accept;
  choose();
}

// What is told while and after articles are added or removed; text only, so nothing is markup.
function tell(sentence, results = [], kind = "") {
  const list = document.createElement("ul");
  for (const result of results) {
    const item = document.createElement("li");
    item.className = result.outcome;
    const name = document.createElement(result.id ? "a" : "span");
    if (result.id) name.href = `#cite-${result.id}`;
    name.textContent = result.title || result.uri;
    const said = document.createElement("span");
    said.className = "said";
    said.textContent = result.reason ? `${result.outcome}: ${result.reason}` : result.outcome;
    item.append(name, " ", said);
    list.append(item);
  }
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = sentence;
  find(".results").replaceChildren(line, ...(results.length ? [list] : []));
  find(".results").scrollIntoView({ block: "nearest" });
}

// Sends something to /api and follows its progress; gives what became of each article.
async function send(path, body, headers = {}) {
  const response = await fetch(path, {
    method: "POST", body, headers: { Accept: "text/event-stream", ...headers },
  });
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
      const far = told.total ? ` ${told.done} of ${told.total}` : "";
      const count = !told.total && told.done ? ` ${told.done}` : far;
      tell(`${STAGES[told.stage] ?? told.stage}${count}…`);
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

function keep(text) {
  document.dispatchEvent(new CustomEvent("onrecord:alert", {
    detail: { text, where: "here", tell: async (said) => { await draw(); gone(said); } },
  }));
}

async function drop(button) {
  const response = await fetch(`api/alerts/${button.dataset.drop}`, { method: "DELETE" });
  const told = await response.json();
  await draw();
  if (!response.ok) return gone(sentence(told.error));
  const undo = document.createElement("button");
  undo.type = "button";
  undo.textContent = "Undo";
  undo.addEventListener("click", async () => {
    const back = await fetch(`api/alerts/${told.number}`, { method: "POST" });
    await draw();
    gone(back.ok ? `“${told.text}” is back.` : sentence((await back.json()).error));
  });
  gone(`“${told.text}” was removed. `, undo);
  undo.focus();
}

find(".alerts").addEventListener("toggle", async () => {
  if (!find(".alerts").open || find(".alerts .new").hidden) return;
  const response = await fetch("api/alerts/seen", { method: "POST" });
  if (response.ok) find(".alerts .new").hidden = true;
});

function parts(files) {
  const found = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > MOST_BYTES || found.at(-1).length >= MOST_FILES) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1).push(file);
    bytes += file.size;
  }
  return found;
}

async function addFiles(files) {
  const results = [];
  for (const part of parts(files)) {
    const form = new FormData();
    for (const file of part) form.append("files", file, file.webkitRelativePath || file.name);
    results.push(...await send("api/files", form));
  }
  return results;
}

element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if ("busy" in element.dataset) return;
  if (form.classList.contains("files")) {
    const files = form.elements.files.files;
    if (!files.length) return tell("Choose files first.", [], "problem");
    tell("Sending…");
    if (await work(() => addFiles(files))) form.reset();
  } else if (form.classList.contains("link")) {
    tell("Fetching…");
    const body = JSON.stringify({ url: form.elements.url.value });
    if (await work(() => send("api/articles", body, { "Content-Type": "application/json" }))) {
      form.reset();
    }
  } else if (form.classList.contains("paste")) {
    const text = Object.fromEntries(new FormData(form));
    if (!text.published) delete text.published;
    tell("Sending…");
    const body = JSON.stringify({ articles: [text] });
    if (await work(() => send("api/articles", body, { "Content-Type": "application/json" }))) {
      form.reset();
    }
  }
});

const add = find(".adding");
for (const kind of ["dragover", "drop"]) {
  add.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "drop" && !("busy" in element.dataset)) {
      const files = [...event.dataTransfer.files];
      tell("Sending…");
      work(() => addFiles(files));
    }
  });
}

let typing;
find(".find input").addEventListener("input", (event) => {
  asked.words = event.target.value;
  asked.first = 0;
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
    find(".confirm p").textContent = all.length === 1
      ? "Remove this article with every revision of it? What cites it cannot be opened then."
      : `Remove these ${all.length} articles with every revision of them? What cites them cannot be opened then.`;
    find(".confirm").hidden = false;
    find(".confirm .no").focus();
  } else if (button.classList.contains("no")) {
    find(".confirm").hidden = true;
    find("button.remove").focus();
  } else if (button.classList.contains("yes")) {
    const ids = chosen().map((box) => box.value);
    find(".confirm").hidden = true;
    work(async () => {
      const which = new URLSearchParams(ids.map((id) => ["id", id]));
      const response = await fetch(`api/articles?${which}`, { method: "DELETE" });
      const told = await response.json();
      if (!response.ok) throw new Error(told.error);
      return told.results;
    });
  }
});

element.closest("#corpus").addEventListener("onrecord:entered", () => { if (!chosen().length) draw(); });
