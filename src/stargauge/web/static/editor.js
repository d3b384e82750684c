// The editor of a programme file: line numbers, completion from the schema, errors at the line, the result while one writes.
// Without it the text field and its buttons do the same on request.
"use strict";

(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const field = form.querySelector("textarea"), state = document.getElementById("state"), words = JSON.parse(form.dataset.words);
  const faults = document.getElementById("faults"), tried = document.getElementById("tried"), saved = field.value;
  const lineHeight = parseFloat(getComputedStyle(field).lineHeight), left = parseFloat(getComputedStyle(field).paddingLeft);
  const top = parseFloat(getComputedStyle(field).paddingTop);

  // -- line numbers, with a mark where something is wrong
  const gutter = document.createElement("div");
  gutter.className = "gutter"; gutter.setAttribute("aria-hidden", "true");
  field.before(gutter);
  let numbered = "";
  function number() {
    const wrong = new Set([...faults.querySelectorAll("li[data-line]")].filter(ofThisFile).map((one) => Number(one.dataset.line)));
    const count = field.value.split("\n").length, key = `${count} ${[...wrong]}`;
    if (key !== numbered) {
      numbered = key;
      gutter.replaceChildren(...Array.from({ length: count }, (_, index) => {
        const one = document.createElement("span");
        one.textContent = index + 1;
        if (wrong.has(index + 1)) one.className = "wrong";
        return one;
      }));
    }
    gutter.scrollTop = field.scrollTop;
  }
  const ofThisFile = (one) => !one.dataset.file || one.dataset.file === form.elements.file.value;
  field.addEventListener("scroll", () => { gutter.scrollTop = field.scrollTop; close(); });

  function goTo(line, column) {
    const lines = field.value.split("\n"), start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(start + Math.max(0, column - 1), start + (lines[line - 1] || "").length);
    field.scrollTop = Math.max(0, (line - 6) * lineHeight);
  }

  // Each place in the list of errors becomes a button that leads to it.
  function link() {
    faults.querySelectorAll("li[data-line]").forEach((one) => {
      const at = one.querySelector("code.at");
      if (!at || !ofThisFile(one)) return;
      const button = document.createElement("button");
      button.type = "button"; button.className = "at"; button.textContent = at.textContent;
      button.setAttribute("aria-label", `${words.line} ${at.textContent}`);
      button.addEventListener("click", () => goTo(Number(one.dataset.line), Number(one.dataset.column)));
      at.replaceWith(button);
    });
    number();
  }

  // -- checks and results while one writes; one request at a time, always of the newest text
  function single(work) {
    let busy = false, again = false;
    return async () => {
      if (busy) { again = true; return; }
      busy = true;
      try { do { again = false; await work(); } while (again); } finally { busy = false; }
    };
  }
  async function ask(address, text) {
    const answer = await fetch(address, { method: "POST", headers: { "HX-Request-Type": "partial" }, body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = await answer.text();
    return field.value === text ? made : null;
  }
  const say = (text) => { state.textContent = [field.value === saved ? "" : words.unsaved, text].filter(Boolean).join(" · "); };
  const live = document.createElement("input");
  const check = single(async () => {
    const text = field.value;
    say(words.checking);
    try {
      const made = await ask(form.action, text);
      if (made === null) return;
      faults.innerHTML = made;
      link();
      say(faults.querySelector("strong")?.textContent || "");
      if (live.checked && text !== saved && !faults.querySelector("li")) run();
    } catch { say(words.failed); }
  });
  let ran = null;
  const age = () => { stale.hidden = ran === null || ran === field.value; };
  const run = single(async () => {
    const text = field.value;
    if (text === ran) return;
    tried.setAttribute("aria-busy", "true");
    try {
      const made = await ask(form.dataset.run, text);
      if (made !== null) { tried.innerHTML = made; ran = text; }
    } catch { check(); } finally { tried.removeAttribute("aria-busy"); age(); }
  });
  const label = document.createElement("label");
  live.type = "checkbox"; live.checked = true;
  label.append(live, ` ${words.live}`);
  label.className = "s";
  const stale = document.createElement("p");
  stale.className = "s"; stale.hidden = true; stale.textContent = words.stale;
  tried.before(label, stale);
  live.addEventListener("change", () => { if (live.checked) check(); });
  const soon = later(500, check);

  // -- where the cursor stands: the keys that lead there, and whether a key or a value is being written
  const KEY = /^("[^"]*"|'[^']*'|[^\s:#{}[\],&*!|>'"%@`][^:#{}[\],]*?)\s*:(?=\s|$)/;
  const bare = (key) => key.replace(/^["']|["']$/g, "").trim();
  // Braces that are open at the end of a text, each with the key before it, and what is being written there.
  function flow(text) {
    const open = []; let quote = "", start = 0, key = "";
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at];
      if (quote) { if (sign === quote) quote = ""; continue; }
      if ((sign === '"' || sign === "'") && /[\s,:{[]/.test(text[at - 1] || " ")) quote = sign;
      else if (sign === "{" || sign === "[") { open.push({ key, list: sign === "[" }); key = ""; start = at + 1; }
      else if ((sign === "}" || sign === "]") && open.length) { key = open.pop().key; start = at + 1; }
      else if (sign === "," && open.length) { key = ""; start = at + 1; }
      else if (sign === ":" && /\s|^$/.test(text[at + 1] || "") && !key) { key = bare(text.slice(start, at)); start = at + 1; }
      else if (sign === "#" && /\s/.test(text[at - 1] || " ")) { const end = text.indexOf("\n", at); if (end < 0) return null; at = end; }
    }
    return { open, key, written: text.slice(start).replace(/^\s+/, ""), quoted: Boolean(quote) };
  }
  function place(text) {
    const lines = text.split("\n"), last = lines.length - 1;
    const body = (line) => line.replace(/^(\s*)((?:- +)*)/, (_, space, dashes) => space + " ".repeat(dashes.length));
    let from = last, found = flow(body(lines[last]).trimStart());
    for (let at = last - 1; at >= Math.max(0, last - 20); at -= 1) {
      const wider = flow([body(lines[at]), ...lines.slice(at + 1)].join("\n").trimStart());
      if (wider && found && wider.open.length > found.open.length) { from = at; found = wider; }
      if (/^\S/.test(lines[at])) break;
    }
    if (!found) return null;
    const keys = found.open.map((one) => one.key).filter(Boolean);
    let need = body(lines[from]).search(/\S|$/);
    const dash = lines[from].match(/^(\s*)- /);
    if (dash) need = dash[1].length + 0.5;
    for (let at = from - 1; at >= 0 && need > 0; at -= 1) {
      const line = lines[at];
      if (!line.trim() || /^\s*#/.test(line)) continue;
      const item = line.match(/^(\s*)- /), inside = body(line), indent = inside.search(/\S/), named = inside.trimStart().match(KEY);
      if (indent < need && named) { keys.unshift(bare(named[1])); need = indent; }
      if (item && item[1].length < need) need = item[1].length + 0.5;
    }
    return { keys, key: found.key, written: found.written, quoted: found.quoted };
  }

  // -- the schema at that place
  let schema = null;
  async function load() { schema ??= await (await fetch(form.dataset.schema)).json(); }
  function spread(nodes) {
    const made = [], left = [...nodes];
    while (left.length) {
      const one = left.pop();
      if (!one || typeof one !== "object") continue;
      if (one.$ref) left.push(schema.$defs[one.$ref.split("/").pop()]);
      if (one.anyOf) left.push(...one.anyOf.filter((part) => !part.required));
      if (one.items) left.push(one.items);
      made.push(one);
    }
    return made;
  }
  function at(keys) {
    let nodes = [schema];
    for (const key of keys) nodes = spread(nodes).map((one) => one.properties?.[key] ?? one.additionalProperties).filter((one) => one && one !== true);
    return spread(nodes);
  }
  // Ids that the text itself gives under a section.
  function ids(section) {
    const whole = field.value.match(new RegExp(`^${section}:[ \\t]*\\n((?:[ \\t#].*\\n|\\n)*)`, "m"));
    return whole ? [...whole[1].matchAll(/^ {2}([\w.-]+):/gm)].map((one) => one[1]) : [];
  }
  const OTHERS = { source: () => ids("sources"), to: () => ["programme", ...ids("sites"), ...ids("parties")], owner: () => ids("parties") };
  function offered(here) {
    const made = new Map();
    if (here.key) {
      const nodes = at([...here.keys, here.key]);
      for (const one of nodes) for (const value of one.enum || (one.type === "boolean" ? ["true", "false"] : [])) made.set(String(value), "");
      for (const value of OTHERS[here.key]?.() || []) made.set(value, "");
      if (!made.size) for (const one of nodes) for (const value of one.examples || []) made.set(String(value), words.example);
    } else {
      for (const one of at(here.keys)) for (const [key, value] of Object.entries(one.properties || {})) made.set(key, value.description || "");
    }
    return [...made].map(([text, about]) => ({ text, about }));
  }

  // -- the list of suggestions
  const list = document.createElement("ul");
  list.id = "suggestions"; list.className = "suggestions"; list.hidden = true;
  list.setAttribute("role", "listbox"); list.setAttribute("aria-label", words.title);
  list.addEventListener("wheel", (event) => { event.preventDefault(); list.scrollTop += event.deltaY; }, { passive: false });
  field.after(list);
  field.setAttribute("aria-autocomplete", "list"); field.setAttribute("aria-controls", list.id);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = getComputedStyle(field).font;
  const wide = pen.measureText("0".repeat(100)).width / 100;
  let shown = [], chosen = -1, here = null;
  function close() { list.hidden = true; shown = []; chosen = -1; field.removeAttribute("aria-activedescendant"); }
  function choose(index) {
    chosen = (index + shown.length) % shown.length;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === chosen)));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
  }
  async function offer(asked) {
    await load();
    const text = field.value.slice(0, field.selectionStart);
    here = field.selectionStart === field.selectionEnd ? place(text) : null;
    const written = here?.written.toLowerCase() ?? "";
    if (!here || here.quoted || (!asked && !written)) return close();
    const fits = offered(here).filter((one) => one.text.toLowerCase().startsWith(written) && one.text !== here.written);
    shown = fits.slice(0, 40); chosen = -1;
    if (!shown.length) return close();
    list.replaceChildren(...shown.map((one, index) => {
      const item = document.createElement("li"), name = document.createElement("b"), about = document.createElement("span");
      item.id = `suggestion-${index}`; item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false");
      name.textContent = one.text; about.textContent = one.about;
      item.append(name, " ", about);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return item;
    }));
    const lines = text.split("\n");
    list.hidden = false;
    list.style.top = `${Math.min(field.clientHeight, top + lines.length * lineHeight - field.scrollTop)}px`;
    list.style.left = `${Math.max(left, Math.min(field.clientWidth - list.offsetWidth, left + (lines.at(-1).length - here.written.length) * wide - field.scrollLeft))}px`;
    if (asked) choose(0);
    say(`${shown.length} ${words.suggestions}`);
  }
  function take(index) {
    const one = shown[index], end = field.selectionStart;
    field.setSelectionRange(end - here.written.length, end);
    put(here.key ? one.text : `${one.text}: `);
    close();
  }
  // What is put in can be taken back with the browser's own undo.
  function put(text) { if (!document.execCommand("insertText", false, text)) { field.setRangeText(text, field.selectionStart, field.selectionEnd, "end"); field.dispatchEvent(new Event("input")); } }

  field.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(form.querySelector("[value=save]")); return; }
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); offer(true); return; }
    if (!list.hidden) {
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); return; }
      if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? -1 : chosen - 1); return; }
      if (event.key === "Escape") { event.preventDefault(); close(); return; }
      if (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) { event.preventDefault(); take(Math.max(chosen, 0)); return; }
    }
    if (event.key === "Enter" && !event.isComposing) {
      const line = field.value.slice(0, field.selectionStart).split("\n").at(-1);
      event.preventDefault();
      put(`\n${line.match(/^\s*/)[0]}${/:\s*$/.test(line) ? "  " : ""}`);
      close();
    }
  });
  field.addEventListener("input", (event) => {
    number();
    age();
    say("");
    soon();
    if (event.inputType === "insertText" || event.inputType?.startsWith("delete")) offer(false);
  });
  field.addEventListener("blur", close);
  field.addEventListener("click", close);
  let leaving = false;
  form.addEventListener("submit", (event) => {
    const asked = event.submitter?.value;
    if (asked === "check" || asked === "run") event.preventDefault();
    if (asked === "check") check();
    else if (asked === "run") { if (ran === field.value) ran = null; run(); }
    else leaving = true;
  });
  window.addEventListener("beforeunload", (event) => { if (!leaving && field.value !== saved) event.preventDefault(); });
  link();
})();
