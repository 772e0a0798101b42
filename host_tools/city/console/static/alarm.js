// One alarm: its forms say what is wrong beside them and keep what was typed; a change elsewhere shows itself.
const csrf = document.querySelector("meta[name=csrf]").content;
for (const ask of document.querySelectorAll("form.ask")) {
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(ask, event.submitter));
    const told = ask.querySelector(".told");
    told.textContent = "";
    try {
      const answer = await fetch(ask.action, { method: "POST", body, headers: { accept: "application/json", "x-csrftoken": csrf } });
      const said = await answer.json();
      if (answer.ok) location.assign(said.go || location.pathname);
      else told.textContent = said.detail;
    } catch (error) {
      told.textContent = String(error);
    }
  });
}
const typing = () => [...document.querySelectorAll("form.ask input:not([type=hidden]), form.ask textarea")].some((one) => one.value !== one.defaultValue) || document.activeElement?.closest("form.ask");
document.addEventListener("diya:alarms", () => { if (!typing()) location.reload(); });
document.addEventListener("diya:key", ({ detail: { key, event } }) => {
  if (key === "Escape" && !event.target.closest("input, textarea")) location.assign(document.getElementById("back").href);
});
