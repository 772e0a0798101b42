// The live stream, the top bar and the keys of every page.  Other scripts listen on `document` to
//   diya:poles     {poles: [[name, state, level, target, owner, until, seen, power_dw, worst], ...], rev, anew}
//   diya:alarms    {alarms: [{id, kind, name, severity, state, own, last_began, poles, opened}, ...], rev, anew}
//   diya:commands  {commands: [number, ...], rev, anew}
//   diya:status    the sources as the console knows them (live/status.py), with {lost, lostZones, lostFor}
//   diya:key       {key}: a key that was pressed outside of fields, in Latin letters on any layout
// `anew`: too much has changed to tell it, so everything is to be read again.
const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
const csrf = document.querySelector("meta[name=csrf]").content;
const STALE_MS = 3500, PULL_MS = 2000, HERE_MS = 60000;

export const say = (key, values = {}) => (words[key] || key).replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
export const span = (s) => {
  s = Math.max(0, Math.round(s));
  if (s < 100) return say("seconds", { n: s });
  if (s < 6000) return say("minutes", { n: Math.floor(s / 60) });
  return s < 172800 ? say("hours", { n: Math.floor(s / 3600) }) : say("days", { n: Math.floor(s / 86400) });
};
export const ask = (url, options = {}) =>
  fetch(url, { ...options, headers: { "x-csrftoken": csrf, ...options.headers } });

// -- what was heard, and how long ago by two clocks: one stops while the computer sleeps, the other may be set
let revision = Number(document.querySelector("meta[name=rev]").content);
let status = null, byDay = null, heard = [performance.now(), Date.now()], ended = false, pulling = false, pulled = 0;
const since = ([steady, wall]) => Math.max(performance.now() - steady, Date.now() - wall);
const mark = () => [performance.now(), Date.now()];
export const now = () => (status ? status.at + (since(heard) / 1000) * status.factor : Date.now() / 1000);
export const live = () => status;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`diya:${name}`, { detail }));

function take(text) {
  const message = JSON.parse(text);
  heard = mark();
  const anew = message.anew || message.rev < revision || (byDay !== null && byDay !== message.status.by_day);
  if (message.status.database) byDay = message.status.by_day;
  status = message.status;
  if (!anew && revision >= 0 && message.since > revision) pull();
  else if (anew || message.rev > revision || message.poles.length) {
    const before = revision, rev = (revision = message.rev), nothing = !message.poles.length && !message.commands.length;
    if (anew || message.poles.length) tell("poles", { poles: message.poles, rev, anew });
    if (anew || message.alarms.length || nothing) tell("alarms", { alarms: message.alarms, rev, anew });
    if (anew || message.commands.length) tell("commands", { commands: message.commands, rev, anew });
    speak(message.alarms.filter((one) => one.own && one.severity <= 2 && one.state === "open" && one.opened > before));
  }
  show();
}

// One question in place of the stream: after a gap, and while the stream is silent (a proxy may hold it back).
async function pull() {
  if (pulling || ended) return;
  pulling = true;
  pulled = performance.now();
  try {
    const answer = await fetch(`/live/changes?since=${revision}`, {
      signal: AbortSignal.timeout(3000), headers: { accept: "application/json" },
    });
    if (answer.ok) take(await answer.text());
    else if (answer.status === 401) over();
    else if (answer.status === 503 && status) {
      heard = mark();
      status = { ...status, database: false, receivers: [] };
    }
  } catch { /* it stays lost */ } finally {
    pulling = false;
    show();
  }
}

// -- one stream for all tabs: a browser has six connections to a host, and each stream would hold one
const channel = "BroadcastChannel" in window ? new BroadcastChannel("diya-live") : null;
if (channel) channel.onmessage = ({ data }) => (data === null ? over() : take(data));
let source = null;

function open() {
  if (ended) return;
  source = new EventSource(revision >= 0 ? `/live?since=${revision}` : "/live");
  source.onmessage = ({ data }) => {
    channel?.postMessage(data);
    take(data);
  };
  source.addEventListener("over", () => {
    channel?.postMessage(null);
    over();
  });
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return;
    pull(); // it says why
    setTimeout(open, PULL_MS);
  };
}

function lead() {
  if (!navigator.locks || !channel) return open();
  navigator.locks.request("diya-live", () => new Promise((release) => {
    open();
    addEventListener("pagehide", () => { source?.close(); release(); }, { once: true });
  })).catch(open);
}
lead();
addEventListener("pageshow", (event) => event.persisted && lead());

function over() {
  ended = true;
  source?.close();
  show();
}

// -- what the page no longer knows
const lostAt = {};
let link = "";

function losses() {
  const found = [];
  if (since(heard) > STALE_MS) return ["console"];
  if (!status) return found;
  if (!status.database) return ["database"];
  if (!status.receivers.length) return ["no_receiver"];
  for (const one of status.receivers) if (!one.broker) found.push((one.alive ? "broker:" : "receiver:") + one.zone);
  return found;
}

function show() {
  const found = losses();
  for (const name of Object.keys(lostAt)) if (!found.includes(name)) delete lostAt[name];
  for (const name of found) lostAt[name] ??= name === "console" ? heard : mark();
  const whole = found.length && (status?.receivers.length ?? 0) <= found.length;
  const kind = whole ? found[0].split(":")[0] : "";
  const lines = ended ? [say("logged_out")] : found.map((name) => {
    const [what, zone] = name.split(":"), age = span(since(lostAt[name]) / 1000);
    if (what === "no_receiver") return say(what);
    return say(`lost_${what}${zone && !whole ? "_zone" : ""}`, { age, zone });
  });
  if (whole) lines.length = 1;
  document.body.dataset.lost = ended ? "session" : kind;
  const bar = $("link");
  if (bar) {
    bar.dataset.state = ended || found.length ? "lost" : status ? "live" : "connecting";
    const text = lines.join(" ") || say(status ? "state_ok" : "connecting");
    const bare = ended ? "session" : found.join();
    // a status is read aloud when it is new, not each second that it grows older
    bar.setAttribute("aria-live", bare === link ? "off" : "polite");
    link = bare;
    if (bar.textContent !== text) bar.textContent = text;
    if (ended && !bar.querySelector("a")) {
      const again = document.createElement("a");
      again.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
      again.textContent = say("log_in_again");
      bar.append(" ", again);
    }
  }
  if (status) {
    if ($("clock")) $("clock").textContent = status.clock;
    if ($("simulated")) $("simulated").hidden = !status.simulated;
    for (const total of document.querySelectorAll("[data-total]")) {
      const text = String(status.totals[total.dataset.total] ?? "–");
      if (total.textContent !== text) total.textContent = text;
    }
  }
  tell("status", {
    ...(status || {}), lost: document.body.dataset.lost, lostFor: found.length ? since(lostAt[found[0]]) / 1000 : 0,
    lostZones: whole ? [] : found.map((name) => name.split(":")[1]),
  });
}

export function ages(root = document) {
  for (const one of root.querySelectorAll("[data-age]")) {
    const text = span(now() - Number(one.dataset.age));
    if (one.textContent !== text) one.textContent = text;
  }
}

setInterval(() => {
  if (ended) return;
  if (since(heard) > STALE_MS) {
    show();
    if (performance.now() - pulled > PULL_MS) pull();
  } else if (Object.keys(lostAt).length) show();
  ages();
}, 500);
setTimeout(pull, 1500, 0); // where another tab has the stream, what this page missed while it was loaded

// -- new alarms of danger and darkness are spoken, and no others
async function speak(alarms) {
  if (!alarms.length || document.visibilityState !== "visible") return;
  const answer = await fetch(`/live/said?alarm=${alarms.slice(0, 3).map((one) => one.id).join("&alarm=")}`);
  if (answer.ok) $("spoken").textContent = await answer.text();
}

// -- keys
const typing = (at) => at.closest?.("input:not([type=checkbox],[type=radio],[type=range]), select, textarea, [contenteditable]");
let after = "", timer = 0;
const keysOn = () => localStorage.getItem("diya-keys") !== "off";
export const letter = (event) => {
  if (event.key.length !== 1 || event.key.charCodeAt(0) < 128) return event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  const key = letter(event);
  if (key.length === 1 && (!keysOn() || document.querySelector("dialog[open]"))) return;
  if (after === "g") {
    after = "";
    const place = document.querySelector(`nav [data-key="${CSS.escape(key)}"]`);
    if (place) return event.preventDefault(), place.click();
  }
  if (key === "g") {
    after = "g";
    clearTimeout(timer);
    timer = setTimeout(() => (after = ""), 1500);
  } else if (key === "/" && $("find")) {
    event.preventDefault();
    $("find").focus();
    $("find").select();
  } else if (key === "?" && $("keys")) {
    event.preventDefault();
    $("keys").showModal();
  } else tell("key", { key, event });
});
$("keys-button")?.addEventListener("click", () => $("keys").showModal());
if ($("keys-on")) {
  $("keys-on").checked = keysOn();
  $("keys-on").addEventListener("change", () => localStorage.setItem("diya-keys", $("keys-on").checked ? "on" : "off"));
}

// -- search
const find = $("find"), list = $("found");
let chosen = -1, waiting = 0, asked = 0;
const close = () => {
  list.hidden = true;
  find.setAttribute("aria-expanded", "false");
  find.removeAttribute("aria-activedescendant");
  chosen = -1;
};
const choose = (to) => {
  const options = [...list.querySelectorAll("li:has(a)")];
  if (!options.length) return;
  chosen = (to + options.length) % options.length;
  options.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
  find.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
};
async function search() {
  const mine = ++asked, text = find.value.trim();
  if (!text) return close();
  const answer = await fetch(`/search?part=1&q=${encodeURIComponent(text)}`);
  if (!answer.ok || mine !== asked) return;
  list.innerHTML = await answer.text(); // of our own templates, which escape
  list.hidden = false;
  find.setAttribute("aria-expanded", "true");
  chosen = -1;
}
if (find) {
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return find.value && !list.hidden ? close() : find.blur();
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (event.key === "Enter") {
      const link = list.querySelectorAll("a")[Math.max(chosen, 0)];
      if (link) event.preventDefault(), link.click();
    }
  });
  find.closest("form").addEventListener("focusout", (event) => {
    if (!find.closest("form").contains(event.relatedTarget)) setTimeout(close, 150);
  });
}

// -- the session is in use while somebody moves or types, and not because a page is open
let here = performance.now();
for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => {
    if (ended || performance.now() - here < HERE_MS) return;
    here = performance.now();
    ask("/live/here", { method: "POST" }).then((answer) => {
      if (answer.status !== 401) return;
      channel?.postMessage(null);
      over(); // it was only watched for an hour: to do something is for who logs in again
    }).catch(() => {});
  }, { passive: true, capture: true });
}
for (const back of document.querySelectorAll(".prefs [name=back]")) {
  back.form.addEventListener("submit", () => (back.value = location.pathname + location.search));
}
