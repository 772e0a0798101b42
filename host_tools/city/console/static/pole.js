// The pole's page: its night as a picture, and what changes while it is open.
import { night } from "/static/charts.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
document.fonts.ready.then(() => night(document.getElementById("chart"), read("night-data"), read("night-words")));

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
