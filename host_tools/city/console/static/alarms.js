// The list of alarms: what is selected stays selected while the list refreshes, and with it where the eye is.
import { ask } from "/static/live.js";

const form = document.getElementById("act");
const list = document.getElementById("list");
const told = document.getElementById("told");
const selected = document.getElementById("selected");
const all = document.getElementById("all");
const picked = new Map(); // number: its mark when it was selected, so that a change by another person is noticed

const lines = () => [...list.querySelectorAll(".alarm")];
const box = (line) => line.querySelector("input[name=alarm]");
const current = () => document.activeElement?.closest?.(".alarm");

function say(text, wrong) {
  told.textContent = text;
  told.toggleAttribute("data-wrong", Boolean(wrong));
}

function count() {
  if (!selected) return;
  selected.textContent = picked.size ? form.dataset.selected.replace("#", picked.size) : "";
  const boxes = lines().map(box);
  all.checked = boxes.length > 0 && boxes.every((one) => one.checked);
}

function pick(line, on) {
  if (!box(line)) return;
  box(line).checked = on;
  if (on) picked.set(line.dataset.number, line.dataset.mark);
  else picked.delete(line.dataset.number);
  count();
}

function go(line) {
  if (!line) return;
  for (const one of lines()) one.tabIndex = one === line ? 0 : -1;
  line.focus();
  line.scrollIntoView({ block: "nearest" });
}

// A line is replaced only where it differs, and gets back what had the focus in it.
function put(text) {
  const came = new DOMParser().parseFromString(text, "text/html");
  const next = came.getElementById("alarms");
  if (!next) throw new Error("no list");
  const here = document.getElementById("alarms");
  const old = new Map(lines().map((line) => [line.id, line]));
  const focused = current();
  const at = focused ? lines().indexOf(focused) : -1;
  const inside = focused && focused !== document.activeElement ? (document.activeElement.matches("input") ? "input" : "a, summary") : "";
  let before = null;
  for (const line of [...next.children].reverse()) {
    const kept = old.get(line.id);
    line.tabIndex = -1;
    let shown = kept;
    if (!kept || kept.dataset.html !== line.innerHTML) {
      shown = document.adoptNode(line);
      shown.dataset.html = shown.innerHTML;
      if (kept?.querySelector("details")?.open) shown.querySelector("details")?.setAttribute("open", "");
      if (kept) kept.replaceWith(shown);
    }
    if (shown.parentNode !== here || shown.nextElementSibling !== before) here.insertBefore(shown, before);
    if (box(shown)) box(shown).checked = picked.has(shown.dataset.number);
    old.delete(line.id);
    before = shown;
  }
  for (const line of old.values()) {
    line.remove();
    picked.delete(line.dataset.number);
  }
  document.getElementById("alarm-counts").replaceWith(came.getElementById("alarm-counts"));
  const left = lines();
  const line = (focused && document.getElementById(focused.id)) || (at >= 0 ? left[Math.min(at, left.length - 1)] : null);
  if (line) {
    line.tabIndex = 0;
    const part = (inside && line.querySelector(inside)) || line;
    if (document.activeElement !== part) part.focus({ preventScroll: true });
  } else if (left[0]) left[0].tabIndex = 0;
  count();
}

let running = null;
let again = false;
const clock = () => document.getElementById("clock")?.textContent ?? ""; // the site's, with its zone
let read = clock();
async function refresh() {
  if (running) { again = true; return running; }
  running = (async () => {
    do {
      again = false;
      try {
        const answer = await fetch(list.dataset.from, { headers: { accept: "text/html" } });
        if (answer.redirected) { location.reload(); return; }
        if (!answer.ok) throw new Error(answer.status);
        put(await answer.text());
        if (told.dataset.lost) { delete told.dataset.lost; say(""); }
        read = clock();
      } catch {
        told.dataset.lost = "1";
        say(form.dataset.lost.replace("#", read), true);
      }
    } while (again);
  })();
  await running;
  running = null;
}

function chosen() {
  if (picked.size) return [...picked].map(([number, mark]) => `${number}:${mark}`);
  const line = current() || last;
  return line && line.isConnected ? [`${line.dataset.number}:${line.dataset.mark}`] : [];
}

async function act(name, fields, where) {
  const body = new URLSearchParams(fields);
  body.set("do", name);
  for (const one of chosen()) body.append("alarm", one);
  let answer;
  try {
    answer = await ask("/alarms/do", { method: "POST", body, headers: { accept: "application/json" } });
  } catch {
    where(form.dataset.lost.replace("#", read));
    return false;
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    await refresh();
    // what was quicker is seen and said now: who tries again knows it
    if (answer.status === 409) for (const line of lines()) if (picked.has(line.dataset.number)) picked.set(line.dataset.number, line.dataset.mark);
    where(said.detail || String(answer.status));
    return false;
  }
  picked.clear();
  for (const line of lines()) if (box(line)) box(line).checked = false;
  say(said.said);
  await refresh();
  if (said.go) location.assign(said.go);
  return true;
}

let last = null; // the line from which a dialog was opened
function open(name) {
  last = current() || last;
  const dialog = document.getElementById(name);
  if (!dialog || !chosen().length) return;
  dialog.querySelector(".told").textContent = "";
  dialog.showModal();
  dialog.querySelector("input, textarea").focus();
}

list.addEventListener("change", (event) => {
  if (event.target.name === "alarm") pick(event.target.closest(".alarm"), event.target.checked);
});
list.addEventListener("focusin", () => {
  last = current() || last;
  for (const one of lines()) one.tabIndex = one === last ? 0 : -1;
});
all?.addEventListener("change", () => { const on = all.checked; for (const line of lines()) pick(line, on); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.submitter?.value || "acknowledge", {}, (text) => say(text, true));
});
for (const button of form.querySelectorAll("[data-opens]")) button.addEventListener("click", () => open(button.dataset.opens));
for (const button of document.querySelectorAll("[data-closes]")) button.addEventListener("click", () => document.getElementById(button.dataset.closes).close());
for (const dialog of document.querySelectorAll("dialog:has([data-do])")) {
  const ask = dialog.querySelector("form");
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(ask));
    if (await act(ask.dataset.do, fields, (text) => { ask.querySelector(".told").textContent = text; })) {
      dialog.close();
      ask.reset();
    }
  });
  dialog.addEventListener("close", () => { if (last?.id) document.getElementById(last.id)?.focus(); });
}
document.querySelector(".filters")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());

document.addEventListener("diya:key", ({ detail: { key, event } }) => {
  if (document.querySelector("dialog[open]")) return;
  const line = current();
  const every = lines();
  const at = every.indexOf(line);
  if (key === "j" || key === "k") {
    const start = at < 0 ? Math.max(0, every.findIndex((one) => one.tabIndex === 0)) : at + (key === "j" ? 1 : -1);
    go(every[Math.min(every.length - 1, Math.max(0, start))]);
  } else if (key === "Escape" && picked.size) {
    for (const one of every) pick(one, false);
  } else if (!line) return;
  else if (key === "x") pick(line, !picked.has(line.dataset.number));
  else if (key === "a" && all) act("acknowledge", {}, (text) => say(text, true));
  else if (key === "o") open("order");
  else if (key === "n") open("note");
  else if (key === "Enter" && event.target === line) location.assign(line.querySelector(".alarm-open").href);
  else return;
  event.preventDefault();
});

for (const line of lines()) line.dataset.html = line.innerHTML;
document.addEventListener("diya:alarms", refresh);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
setInterval(() => { if (!document.hidden) refresh(); }, 60000); // ages and clocks
count();
const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (wanted && wanted.matches(".alarm")) go(wanted);
