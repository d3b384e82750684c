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
  const texts = form.dataset.texts.split("|");
  const written = { ...Object.fromEntries(form.dataset.days.split(" ").map((day, index) => [day, texts[index]])), [field.value]: output.textContent };
  const named = Object.fromEntries([...form.querySelectorAll("[data-day]")].map((one) => [one.dataset.day, one.querySelector("span").textContent]));
  const say = () => {
    const day = days[slider.value], text = written[day];
    output.textContent = text; slider.setAttribute("aria-valuetext", named[day] ? `${text}, ${named[day]}` : text);
  };
  say();
  output.textContent = written[field.value];
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
  const here = location.href;
  let refused = false;
  const note = () => { refused = true; };
  document.addEventListener("htmx:response:error", note);
  try { await htmx.ajax("GET", address, { target: "body", swap: "innerHTML", push: address }); }
  finally { main.classList.remove("busy"); document.removeEventListener("htmx:response:error", note); }
  if (refused) { history.replaceState(null, "", here); location.assign(address); return; } // the page itself says why
  document.querySelectorAll("form.kd").forEach(slide); // before the focus: it would be lost with the field that the slider replaces
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

// A number under which the server tells how far something is: the server takes nine digits.
const anyNumber = () => 1 + Math.floor(Math.random() * 999999998);

// How far something is that takes long: the element names a number under which the server tells it. Who asked closes what is returned when
// the answer has come, whatever it was.
function follow(bar) {
  const told = new EventSource(`/progress/${bar.dataset.progress}`);
  told.onmessage = (event) => { const [done, of] = JSON.parse(event.data); bar.max = of; bar.value = done; if (!bar.isConnected || done >= of) told.close(); };
  told.addEventListener("end", () => told.close());
  told.onerror = () => told.close();
  return told;
}

function begin(root) {
  root.querySelectorAll("form.kd").forEach(slide);
  root.querySelectorAll("progress[data-progress]").forEach(follow);
}
document.addEventListener("DOMContentLoaded", () => begin(document));
document.addEventListener("htmx:after:swap", (event) => begin(document.getElementById("main") || event.target));

// What if: fields become sliders over the range of their input; what follows is asked for as they move, one question at a time: while one
// is being answered only the newest of those that came meanwhile waits, so nothing piles up.
function whatIf(form) {
  const now = document.getElementById("what-if-now"), rows = [...form.querySelectorAll(".wi")];
  if (!now || form.dataset.ready) return;
  form.dataset.ready = "1";
  const set = new URLSearchParams(location.search).getAll("set");
  const laid = new Map(set.filter((one) => one.includes("=")).map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
  const address = (base, more = {}) => {
    const made = new URL(base, location.href);
    [...laid].sort().forEach(([name, value]) => made.searchParams.append("set", `${name}=${value}`));
    Object.entries(more).forEach(([name, value]) => made.searchParams.set(name, value));
    return made.pathname + made.search;
  };
  let asking = false, waiting = null;
  async function ask(more = {}) {
    if (asking) { waiting = more; return; }
    asking = true;
    now.classList.add("waiting");
    const width = matchMedia("(max-width: 639px)").matches ? "narrow" : "wide";
    try {
      const got = await fetch(address(more.draws ? form.dataset.more : form.dataset.charts, { width, ...more }), { headers: { "HX-Request-Type": "partial" } });
      const text = await got.text();
      if (got.ok && !waiting) {
        now.innerHTML = text;
        if (!more.draws) history.replaceState(history.state, "", address(form.dataset.page));
        document.getElementById("what-if-said").textContent = [...now.querySelectorAll("h2, h2 + p")].slice(0, 2).map((one) => one.textContent).join(". ");
        foot();
      }
    } catch { /* the next move asks again */ }
    asking = false;
    now.classList.remove("waiting");
    if (waiting) { const next = waiting; waiting = null; ask(next); }
  }
  const told = (row, value) => row.dataset.texts.split("|")[row.dataset.values.split("|").indexOf(value)] ?? value;
  const say = (row, value, level) => {
    const words = value === null ? form.dataset.drawn : row.dataset.values === undefined ? "" :
      `${"bare" in row.dataset ? "" : told(row, value) + ", "}${level === null ? "" : form.dataset.range.replace("{level}", Math.round(level * 100))}`;
    row.querySelector("output").textContent = words;
    row.classList.toggle("on", value !== null);
    return words;
  };
  const resets = rows.map((row) => slider(row, laid, say, ask));
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  form.querySelector("[data-reset]").addEventListener("click", (event) => { event.preventDefault(); laid.clear(); resets.forEach((reset) => reset()); ask(); });
  form.querySelector(".wi-do button").classList.add("hide");
  const foot = () => {
    now.querySelectorAll("[data-more]").forEach((link) => link.addEventListener("click", (event) => {
      event.preventDefault();
      const bar = now.querySelector("progress"), number = anyNumber();
      bar.dataset.progress = number; bar.removeAttribute("value"); bar.classList.remove("hide");
      const told = follow(bar);
      ask({ draws: link.dataset.more, progress: number }).finally(() => told.close());
    }));
    now.querySelectorAll(".copy").forEach((button) => {
      button.classList.remove("hide");
      button.addEventListener("click", () => { const field = document.getElementById(button.dataset.copy); field.select(); navigator.clipboard?.writeText(field.value); });
    });
  };
  foot();
}

// One input: its field becomes a slider over the stops of its range; returns what puts it back to as drawn.
function slider(row, laid, say, ask) {
  const name = row.dataset.input, choice = row.querySelector("select");
  if (choice) {
    const tell = () => { row.querySelector("output").textContent = ""; row.classList.toggle("on", choice.value !== ""); };
    choice.addEventListener("change", () => { if (choice.value) laid.set(name, choice.value); else laid.delete(name); tell(); ask(); });
    tell();
    return () => { choice.value = ""; tell(); };
  }
  const values = row.dataset.values.split("|"), levels = row.dataset.levels.split("|").map(Number), field = row.querySelector("input");
  const bar = document.createElement("input"), back = document.createElement("button"), middle = Math.floor(values.length / 2);
  Object.assign(bar, { type: "range", id: field.id, min: 0, max: values.length - 1, step: 1 });
  Object.assign(back, { type: "button", textContent: row.closest("form").dataset.drawn });
  const held = laid.has(name) ? parseFloat(laid.get(name)) : null;
  const at = held === null ? middle : values.reduce((best, text, place) =>
    Math.abs(parseFloat(text) - held) < Math.abs(parseFloat(values[best]) - held) ? place : best, 0);
  bar.value = at;
  const tell = () => {
    const value = laid.get(name) ?? null, place = values.indexOf(value);
    bar.setAttribute("aria-valuetext", say(row, value, value === null ? null : place < 0 ? null : levels[place]));
    back.hidden = value === null;
  };
  const reset = () => { laid.delete(name); bar.value = middle; tell(); };
  bar.addEventListener("input", () => { laid.set(name, values[bar.value]); tell(); ask(); });
  back.addEventListener("click", () => { reset(); bar.focus(); ask(); });
  field.closest(".wi-field").replaceChildren(bar, back);
  tell();
  return reset;
}

const beginWhatIf = () => document.querySelectorAll("form.wis").forEach(whatIf);
document.addEventListener("DOMContentLoaded", beginWhatIf);
document.addEventListener("htmx:after:swap", beginWhatIf);
// A file dropped on a form that takes one is chosen there and sent.
function drop(form) {
  const field = form.querySelector("input[type=file]");
  const over = (event, on) => { event.preventDefault(); form.classList.toggle("over", on); };
  form.addEventListener("dragover", (event) => over(event, true));
  form.addEventListener("dragleave", (event) => over(event, false));
  form.addEventListener("drop", (event) => {
    over(event, false);
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    const large = field.files.length > 0 && field.files[0].size > Number(form.dataset.most || Infinity);
    form.querySelector(".toolarge")?.toggleAttribute("hidden", !large);
    if (large) event.preventDefault();
  });
}
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-drop]").forEach(drop));
// A part that takes long: it is asked for under a number, so that the server can tell how far it is; the part takes the place of the link.
function askFor(link) {
  const number = anyNumber(), place = link.closest(link.dataset.over || ".asks"), bar = document.createElement("progress");
  bar.dataset.progress = number; bar.setAttribute("aria-label", link.textContent);
  link.replaceWith(link.textContent, document.createElement("br"), bar);
  const told = follow(bar);
  const address = new URL(link.href); address.searchParams.set("progress", number);
  Promise.resolve(htmx.ajax("GET", address.pathname + address.search, { target: place, swap: "outerHTML" })).finally(() => told.close());
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
