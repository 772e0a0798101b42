// The pole's page: its night as a picture, and what changes while it is open.
import { night } from "/static/charts.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
let chart = null;
function draw() {
  chart?.destroy();
  chart = night(document.getElementById("chart"), read("night-data"), read("night-words"));
}
document.fonts.ready.then(draw);

// What the pole says now: the sentence, whether it is heard, and the night's curve.
let asked = -5000;
async function refresh() {
  if (document.hidden || performance.now() - asked < 4000) return;
  asked = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["says", "pole-head", "night-data", "night-words"]) {
      const next = came.getElementById(id);
      if (next) document.getElementById(id).replaceWith(document.adoptNode(next));
    }
    draw();
  } catch { /* the bar above says that nothing is heard */ }
}
const name = document.getElementById("chart").dataset.pole;
document.addEventListener("diya:poles", ({ detail }) => { if (detail.anew || detail.poles.some((one) => one[0] === name)) refresh(); });
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, 60000);

const csrf = document.querySelector("meta[name=csrf]").content;
for (const ask of document.querySelectorAll("form.ask")) {
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = ask.querySelector(".told");
    told.textContent = "";
    try {
      const body = new URLSearchParams(new FormData(ask, event.submitter));
      const answer = await fetch(ask.action, { method: "POST", body, headers: { accept: "application/json", "x-csrftoken": csrf } });
      const said = await answer.json();
      if (answer.ok) location.assign(said.go || location.href);
      else told.textContent = said.detail;
    } catch (error) {
      told.textContent = String(error);
    }
  });
}
