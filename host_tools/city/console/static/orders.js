// An order: prints, says what is wrong beside the form, and shows what changes elsewhere when nothing is being typed.
const csrf = document.querySelector("meta[name=csrf]").content;
const button = document.getElementById("print");
button?.addEventListener("click", async () => {
  await Promise.all([...document.images].map((one) => one.decode().catch(() => {})));
  window.print(); // with its codes
});
for (const ask of document.querySelectorAll("form.ask")) {
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = ask.querySelector(".told");
    told.textContent = "";
    try {
      const body = new URLSearchParams(new FormData(ask, event.submitter));
      const answer = await fetch(ask.action, { method: "POST", body, headers: { accept: "application/json", "x-csrftoken": csrf } });
      if (answer.ok) location.reload();
      else told.textContent = (await answer.json()).detail;
    } catch (error) {
      told.textContent = String(error);
    }
  });
}
document.querySelector(".filters")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
const typing = () => [...document.querySelectorAll("form.ask input:not([type=hidden])")].some((one) => one.value) || document.activeElement?.closest("form");
document.addEventListener("diya:alarms", () => { if (!typing()) location.reload(); });
