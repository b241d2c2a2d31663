// What can be done with answers: with the last one in the row that `element` holds, with earlier ones
// by buttons below them in the chat.
const known = ["copy", "markdown", "webpage", "good", "bad", "alert", "retry", "edit", "wide", "plain"];
element.addEventListener("click", (event) => {
  const done = event.target.closest("button")?.dataset.do;
  if (!known.includes(done)) return;
  if (done === "alert") {
    const tell = (said) => { element.querySelector("#judged").textContent = said; };
    const { text } = event.target.closest("[data-text]").dataset;
    document.dispatchEvent(new CustomEvent("onrecord:alert", { detail: { text, where: "under Corpus, Alerts", tell } }));
    return;
  }
  if (done === "wide") document.dispatchEvent(new Event("onrecord:wide"));
  trigger(done, { turn: "" });
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  trigger("why", { text: event.target.elements.why.value });
});
// Keeps an alert for whichever part of the page asks for it, and tells what became of that.
document.addEventListener("onrecord:alert", async ({ detail: { text, where, tell } }) => {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("api/alerts", { method: "POST", headers, body: JSON.stringify({ text }) });
    const told = await response.json();
    if (!response.ok) throw new Error(told.error);
    tell(`Kept. New articles on “${told.text}” will be told ${where}.`);
  } catch (error) {
    tell(`Not kept: ${error.message}.`);
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#chat .acts button");
  if (!button || document.querySelector("#chat .state.growing")) return;
  const [, done, turn] = button.className.match(/^(\w+) of-(\d+)/);
  for (const each of button.parentElement.querySelectorAll("[aria-pressed]")) {
    if (!button.hasAttribute("aria-pressed")) break;
    const pressed = each === button && each.getAttribute("aria-pressed") !== "true";
    each.setAttribute("aria-pressed", String(pressed));
  }
  if (done !== "why") trigger(done, { turn });
  if (done === "copy") button.textContent = "Copied";
  if (["good", "bad", "why"].includes(done)) why(button, turn);
});

// Asks why, under an earlier answer that was judged; the row of the last one brings its form.
function why(button, turn) {
  const row = button.parentElement;
  row.querySelector("form, .told")?.remove();
  if (!row.querySelector("[aria-pressed=true]")) return row.querySelector(".why")?.remove();
  const form = document.createElement("form");
  form.className = "reason";
  form.innerHTML = '<input name="why" aria-label="Why" placeholder="Why? (optional)" maxlength="500" autocomplete="off"><button type="submit">Send</button>';
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trigger("why", { text: form.elements.why.value, turn });
    const told = document.createElement("span");
    told.className = "told";
    told.textContent = "Thank you, kept.";
    form.replaceWith(told);
    button.focus();
  });
  row.append(form);
  if (button.classList.contains("why")) form.elements.why.focus();
}
