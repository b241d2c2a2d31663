// The row under each answer. The server says by the classes of an element what can be done with the
// answer, and in its text what was searched for: of a button in the chat, Gradio keeps neither the
// name nor the state. `element` brings the events.
const THUMB = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 11v9H3v-9zl4-8a3 3 0 0 1 3 3v3h5a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7"/></svg>';
const button = (name, text, called = text) =>
  `<button type="button" data-do="${name}"${called === text ? "" : ` aria-label="${called}" title="${called}"`}>${text}</button>`;
const PARTS = {
  copy: button("copy", "Copy", "Copy with sources"),
  save: `<button type="button" popovertarget="save">Save chat ▾</button><div id="save" popover>${button("html", "As a web page")}${button("md", "As Markdown")}</div>`,
  judge: button("yes", THUMB, "Helpful") + button("no", THUMB, "Not helpful"),
  alert: button("alert", "Alert me", "Alert me of new articles on this"),
  retry: button("retry", "Retry"),
  edit: button("edit", "Edit", "Edit the question"),
};
const OTHERWISE = {
  wide: button("wide", "Ask all articles"),
  plain: button("plain", "As a plain question"),
};
const REASON = '<form><input name="why" aria-label="Why" placeholder="Why? (optional)" maxlength="500" autocomplete="off"><button type="submit">Send</button></form>';
let told = document.createElement("span"); // where the row that was pressed last says what came of it

function build(acts) {
  const parts = (all) => Object.keys(all).filter((name) => acts.classList.contains(name)).map((name) => all[name]).join("");
  acts.dataset.turn = acts.className.match(/ of-(\d+)/)[1];
  acts.dataset.text = acts.textContent;
  acts.innerHTML = `<div>${parts(PARTS)}</div><div>${parts(OTHERWISE)}<span class="why"></span><span class="told" role="status"></span></div>`;
  acts.setAttribute("aria-live", "off");
  acts.classList.add("made");
  press(acts, acts.classList.contains("liked") ? "yes" : acts.classList.contains("disliked") ? "no" : "");
}

// Shows what the reader thinks, and lets it be said why.
function press(acts, liked) {
  acts.dataset.liked = liked;
  for (const name of ["yes", "no"]) {
    acts.querySelector(`[data-do=${name}]`)?.setAttribute("aria-pressed", String(name === liked));
  }
  acts.querySelector(".why").innerHTML = liked && button("why", "Why?");
}

function ask(acts, focused) {
  acts.querySelector(".why").innerHTML = REASON;
  if (focused) acts.querySelector("input").focus();
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("#chat .acts button");
  if (!pressed?.dataset.do || document.querySelector("#chat .state.growing")) return;
  const acts = pressed.closest(".acts");
  const { do: done } = pressed.dataset;
  const { turn } = acts.dataset;
  told = acts.querySelector(".told");
  say("");
  if (done === "why") return ask(acts, true);
  if (done === "yes" || done === "no") {
    const liked = acts.dataset.liked === done ? "" : done;
    press(acts, liked);
    if (liked) ask(acts, false);
    return trigger("judge", { turn, liked, why: "" });
  }
  if (done === "alert") {
    const detail = { text: acts.dataset.text, where: "under Corpus, Alerts", tell: say };
    return document.dispatchEvent(new CustomEvent("onrecord:alert", { detail }));
  }
  if (done === "wide") document.dispatchEvent(new Event("onrecord:wide"));
  if (done === "copy" || done === "edit") return trigger(done, { turn });
  if (done === "html" || done === "md") {
    pressed.parentElement.hidePopover();
    return trigger("save", { kind: done });
  }
  trigger("again", { how: done });
});

document.addEventListener("submit", (event) => {
  const acts = event.target.closest("#chat .acts");
  if (!acts) return;
  event.preventDefault();
  const { turn, liked } = acts.dataset;
  trigger("judge", { turn, liked, why: event.target.elements.why.value });
  press(acts, liked);
  told = acts.querySelector(".told");
  say("Thank you, kept.");
  acts.querySelector("[data-do=why]").focus();
});

function say(what) {
  told.textContent = what;
}

document.addEventListener("onrecord:copy", async ({ detail: text }) => {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("Not copied: the browser does not allow it here.");
  }
});

document.addEventListener("onrecord:save", ({ detail: file }) => {
  if (!file) return say("There is nothing to save.");
  const [name, type, text] = JSON.parse(file);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved as ${name}.`);
});

new MutationObserver(() => document.querySelectorAll("#chat .acts:not(.made)").forEach(build))
  .observe(document.querySelector("#talk"), { childList: true, subtree: true });
