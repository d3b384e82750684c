// What the pages do beyond links and forms: the knowledge date as a slider, parts that come later, progress. Without it all can be read.
"use strict";

const later = (wait, act) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); }; };

// The date field becomes a slider over the days on which something came in; on release the page is asked for anew.
function slide(form) {
  const field = form.querySelector("input[type=date]"), output = form.querySelector("output"), button = form.querySelector("button");
  const days = form.dataset.days.split(" ");
  if (!field || days.length < 2) return;
  const slider = document.createElement("input");
  slider.type = "range"; slider.id = "as_of"; slider.min = 0; slider.max = days.length - 1; slider.step = 1;
  const at = days.findLastIndex((day) => day <= field.value);
  slider.value = at < 0 ? 0 : at;
  const written = (day) => new Date(day + "T12:00").toLocaleDateString(document.documentElement.lang === "de" ? "de-CH" : "en-GB",
    { day: "numeric", month: "short", year: "numeric" });
  const say = () => { const text = written(days[slider.value]); output.textContent = text; slider.setAttribute("aria-valuetext", text); };
  say();
  output.textContent = written(field.value);
  const hidden = document.createElement("input");
  hidden.type = "hidden"; hidden.name = "as_of"; hidden.value = field.value;
  field.replaceWith(slider, hidden);
  button.remove();
  slider.addEventListener("input", say);
  slider.addEventListener("change", later(120, () => {
    hidden.value = days[slider.value];
    const address = new URL(form.action); address.search = new URLSearchParams(new FormData(form)).toString();
    go(address.pathname + address.search, "as_of");
  }));
}

// Ask for this page anew and put its main part in place; the address follows, the focus stays where it was.
async function go(address, focus) {
  const main = document.getElementById("main");
  main.classList.add("busy");
  await htmx.ajax("GET", address, { target: "body", swap: "innerHTML", push: address });
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

// How far something is that takes long: the element names a number under which the server tells it.
function follow(bar) {
  const told = new EventSource(`/progress/${bar.dataset.progress}`);
  told.onmessage = (event) => { const [done, of] = JSON.parse(event.data); bar.max = of; bar.value = done; if (!bar.isConnected || done >= of) told.close(); };
  told.onerror = () => told.close();
}

function begin(root) {
  root.querySelectorAll("form.kd").forEach(slide);
  root.querySelectorAll("progress[data-progress]").forEach(follow);
}
document.addEventListener("DOMContentLoaded", () => begin(document));
document.addEventListener("htmx:after:swap", (event) => begin(document.getElementById("main") || event.target));

// A part that takes long: it is asked for under a number, so that the server can tell how far it is; the part takes the place of the link.
function askFor(link) {
  const number = 1 + Math.floor(Math.random() * 999999998), place = link.closest(link.dataset.over || ".asks"), bar = document.createElement("progress");
  bar.dataset.progress = number; bar.setAttribute("aria-label", link.textContent);
  link.replaceWith(link.textContent, document.createElement("br"), bar);
  follow(bar);
  const address = new URL(link.href); address.searchParams.set("progress", number);
  htmx.ajax("GET", address.pathname + address.search, { target: place, swap: "outerHTML" });
}
const beginLong = () => document.querySelectorAll("a[data-long][data-now]").forEach(askFor);
document.addEventListener("DOMContentLoaded", beginLong);
document.addEventListener("htmx:after:swap", beginLong);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-long]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); askFor(link); }
});

// A form whose answer takes long: the same, with what the form asks; the answer comes below it.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-long]");
  if (!form) return;
  event.preventDefault();
  form.parentElement.querySelector(".asks")?.remove();
  const place = document.createElement("div"), link = document.createElement("a");
  link.href = `${form.action}?${new URLSearchParams(new FormData(form))}`; link.textContent = form.querySelector("button").textContent;
  place.className = "asks"; place.append(link); form.after(place);
  askFor(link);
});
