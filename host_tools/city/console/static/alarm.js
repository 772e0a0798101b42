// One alarm.
import { follow } from "/static/forms.js";

follow();
document.addEventListener("diya:key", ({ detail: { key, event } }) => {
  if (key === "Escape" && !event.target.closest("input, textarea")) location.assign(document.getElementById("back").href);
});
