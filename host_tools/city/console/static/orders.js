// Work orders: prints with its codes, and follows what crews do.
import { follow } from "/static/forms.js";

follow();
document.addEventListener("click", async (event) => {
  if (!event.target.closest("#print")) return;
  await Promise.all([...document.images].map((one) => one.decode().catch(() => {})));
  window.print();
});
document.addEventListener("change", (event) => event.target.closest(".filters")?.requestSubmit());
