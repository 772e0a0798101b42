// Forms that say beside them what is wrong and keep what was typed, and a page that follows what changes elsewhere
// without being loaded again: a link that is being followed is not interrupted.
import { ask } from "/static/live.js";

const main = document.getElementById("main");
const PARTS = "a, button, summary, input:not([type=hidden]), textarea, select";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.ask")) return;
  event.preventDefault();
  const told = form.querySelector(".told");
  told.textContent = "";
  try {
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await ask(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    const said = await answer.json();
    if (answer.ok) location.assign(said.go || location.href.split("#")[0]);
    else told.textContent = said.detail;
  } catch (error) {
    told.textContent = String(error);
  }
});

const typing = () => [...main.querySelectorAll("form.ask input:not([type=hidden]):not([type=checkbox]), form.ask textarea")].some((one) => one.value !== one.defaultValue) || document.activeElement?.closest("form.ask");

let last = "";
async function refresh() {
  if (document.hidden || typing()) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (!next || next.innerHTML === last || typing()) return;
    last = next.innerHTML;
    const opened = [...main.querySelectorAll("details")].map((one) => one.open);
    const focused = [...main.querySelectorAll(PARTS)].indexOf(document.activeElement);
    main.replaceChildren(...[...next.childNodes].map((one) => document.adoptNode(one)));
    main.querySelectorAll("details").forEach((one, at) => { one.open = opened[at] ?? one.open; });
    if (focused >= 0) main.querySelectorAll(PARTS)[focused]?.focus({ preventScroll: true });
  } catch { /* the bar above says that nothing is heard */ }
}

// The page is read again when alarms have changed, and each minute for its clocks.
export function follow() {
  document.addEventListener("diya:alarms", refresh);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, 60000);
}
