// What the pages do beyond links and forms: the knowledge date as a slider, parts that come later, progress. Without it all can be read.
"use strict";

const later = (wait, act) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); }; };

// The date field becomes a slider over the days on which something came in; on release the page is asked for anew.
function slide(form) {
  const field = form.querySelector("input[type=date]"), output = form.querySelector("output"), button = form.querySelector("button");
  if (!field) return;
  const days = [...new Set([...form.dataset.days.split(" "), field.value])].sort();
  if (days.length < 2) return;
  const slider = document.createElement("input");
  slider.type = "range"; slider.id = "as_of"; slider.min = 0; slider.max = days.length - 1; slider.step = 1;
  const at = days.findLastIndex((day) => day <= field.value);
  slider.value = at < 0 ? 0 : at;
  const written = (day) => new Date(day + "T12:00").toLocaleDateString(document.documentElement.lang === "de" ? "de-CH" : "en-GB",
    { day: "numeric", month: "short", year: "numeric" });
  const named = Object.fromEntries([...form.querySelectorAll("[data-day]")].map((one) => [one.dataset.day, one.querySelector("span").textContent]));
  const say = () => {
    const day = days[slider.value], text = written(day);
    output.textContent = text; slider.setAttribute("aria-valuetext", named[day] ? `${text}, ${named[day]}` : text);
  };
  say();
  output.textContent = written(field.value);
  const hidden = document.createElement("input");
  hidden.type = "hidden"; hidden.name = "as_of"; hidden.value = field.value;
  field.replaceWith(slider, hidden);
  button.remove();
  place(form, days);
  slider.addEventListener("input", say);
  slider.addEventListener("change", later(120, () => {
    hidden.value = days[slider.value];
    const address = new URL(form.action); address.search = new URLSearchParams(new FormData(form)).toString();
    go(address.pathname + address.search, "as_of");
  }));
}

// Days that bear a name stand below their place on the slider, unless two would meet.
function place(form, days) {
  const marks = [...form.querySelectorAll("[data-day]")], places = marks.map((one) => days.indexOf(one.dataset.day) / (days.length - 1));
  if (places.some((at, index) => at < 0 || (index && at - places[index - 1] < 0.17))) return;
  form.classList.add("placed");
  marks.forEach((one, index) => one.style.setProperty("--at", places[index]));
}

// Ask for this page anew and put its main part in place; the address follows, the focus stays where it was.
async function go(address, focus) {
  const main = document.getElementById("main");
  main.classList.add("busy");
  try { await htmx.ajax("GET", address, { target: "body", swap: "innerHTML", push: address }); }
  finally { main.classList.remove("busy"); }
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

// How far something is that takes long: the element names a number under which the server tells it.
function follow(bar) {
  const told = new EventSource(`/progress/${bar.dataset.progress}`);
  told.onmessage = (event) => { const [done, of] = JSON.parse(event.data); bar.max = of; bar.value = done; if (!bar.isConnected || done >= of) told.close(); };
  told.addEventListener("end", () => told.close());
  told.onerror = () => told.close();
}

function begin(root) {
  root.querySelectorAll("form.kd").forEach(slide);
  root.querySelectorAll("progress[data-progress]").forEach(follow);
}
document.addEventListener("DOMContentLoaded", () => begin(document));
document.addEventListener("htmx:after:swap", (event) => begin(document.getElementById("main") || event.target));
