// Which articles are asked: the choice is this component's value; the server says what it leaves.
const form = element.querySelector("form");
const which = element.querySelector(".which");
const left = element.querySelector(".left");
const chips = element.querySelector(".chips");
let latest = 0;
let filled = null; // with what can be chosen, a promise: once somebody wants to

async function fill() {
  const { publishers, months } = await server.choices({});
  const all = form.publisher.options[0];
  const chosen = form.publisher.value;
  form.publisher.replaceChildren(all, ...publishers.map(([name, count]) => new Option(`${name} (${count})`, name)));
  form.publisher.value = publishers.some(([name]) => name === chosen) ? chosen : "";
  form.querySelector("datalist").replaceChildren(...months.map((month) => new Option(month, month)));
}

function take() {
  return props.value = Object.fromEntries(new FormData(form));
}

async function choose() {
  const mine = ++latest;
  const chosen = take();
  const told = await server.left(chosen);
  if (mine !== latest) return;
  left.className = told.problem ? "left problem" : "left";
  left.textContent = told.problem ?? (form.hidden && !told.chips.length ? "" : `${told.left}${told.chips.length ? ":" : " are asked."}`);
  const stands = JSON.stringify(told.chips);
  if (stands === chips.dataset.stands) return; // drawn anew, they would lose the focus
  chips.dataset.stands = stands;
  chips.replaceChildren(...(told.chips ?? []).map(([field, words]) => {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.name = field;
    chip.textContent = words;
    chip.title = "Take this away";
    chip.addEventListener("click", () => { form.elements[field].value = ""; choose(); which.focus(); });
    return chip;
  }));
}

for (const kind of ["pointerenter", "focus", "click"]) {
  which.addEventListener(kind, () => { filled ??= fill(); });
}
which.addEventListener("click", async () => {
  await filled.catch(() => { filled = null; }); // what is typed before there is a choice is lost
  form.hidden = !form.hidden;
  which.setAttribute("aria-expanded", String(!form.hidden));
  choose();
});
for (const day of form.querySelectorAll(".day")) {
  const [field, button, calendar] = day.querySelectorAll("input, button");
  button.addEventListener("click", () => {
    calendar.value = field.value; // none, if that is in words
    calendar.showPicker();
  });
  calendar.addEventListener("input", () => { field.value = calendar.value; });
}
form.addEventListener("submit", (event) => event.preventDefault());
let typing;
form.addEventListener("input", () => { take(); clearTimeout(typing); typing = setTimeout(choose, 200); });
form.addEventListener("change", choose);
document.addEventListener("onrecord:edited", async () => { if (filled) await (filled = fill()); choose(); });
document.addEventListener("onrecord:wide", () => { form.reset(); choose(); });
