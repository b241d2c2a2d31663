// What can be done with answers: with the last one in the row that `element` holds, with earlier ones
// by buttons below them in the chat.
const known = ["copy", "markdown", "webpage", "good", "bad", "retry", "edit", "wide", "plain"];
element.addEventListener("click", (event) => {
  const done = event.target.closest("button")?.dataset.do;
  if (!known.includes(done)) return;
  if (done === "wide") document.dispatchEvent(new Event("onrecord:wide"));
  trigger(done, { turn: "" });
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  trigger("why", { text: event.target.elements.why.value });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#chat .acts button");
  if (!button || document.querySelector("#chat .state.growing")) return;
  const [, done, turn] = button.className.match(/^(\w+) of-(\d+)$/);
  trigger(done, { turn });
});
