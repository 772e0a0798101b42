// The crew's orders, also without network: the last list and what was written are kept on the phone; what was written
// is sent once each (by its key) when there is a network again, and what is refused stays to be read.
const place = document.getElementById("orders");
const state = document.getElementById("as-of");
const queueBox = document.getElementById("queue");

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/crew/worker.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  // What the worker has kept may be older than this page: without the crew that was chosen since.
  const byWorker = performance.getEntriesByType("navigation")[0]?.workerStart > 0;
  if (!byWorker) navigator.serviceWorker.ready.then((one) => one.active.postMessage("keep"));
}

if (place) start();

function start() {
  const words = JSON.parse(document.getElementById("crew-words").textContent);
  const t = (name, values = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  const user = place.dataset.user;
  const acts = place.dataset.acts === "1";
  const kept = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(`diya.crew.${user}.${name}`)) ?? otherwise; } catch { return otherwise; } };
  const keep = (name, value) => { try { localStorage.setItem(`diya.crew.${user}.${name}`, JSON.stringify(value)); return true; } catch { return false; } };
  const at = new URLSearchParams(location.search).get("at") || (location.pathname.startsWith("/p/") ? decodeURIComponent(location.pathname.slice(3)) : "");
  let data = kept("data", null);
  let link = "loading";
  let drawn = "";
  let said = "";

  const queue = () => kept("queue", []);
  const change = (edit) => { const rows = edit(queue()); keep("queue", rows); draw(); };

  function el(tag, attributes, ...children) {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") one.addEventListener("click", value);
      else if (value !== false && value !== undefined && value !== null) one.setAttribute(name, value === true ? "" : value);
    }
    one.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return one;
  }

  const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

  function deed(name, order, pole, text = "", key = newKey()) {
    said = "";
    change((rows) => [...rows, { key, do: name, order, pole, text, queued: Date.now() }]);
    send();
  }

  // A photo waits in a store of its own: the list of what waits has room for words only.
  const photos = (mode, ask) => new Promise((resolve, reject) => {
    const opening = indexedDB.open(`diya.crew.${user}`, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const work = opening.result.transaction("photos", mode), asked = ask(work.objectStore("photos"));
      work.oncomplete = () => { opening.result.close(); resolve(asked.result); };
      work.onabort = work.onerror = () => { opening.result.close(); reject(work.error); };
    };
  });

  // Drawn anew, smaller: a camera's file is ten times as large, and says where it was taken.
  async function smaller(file) {
    const image = await createImageBitmap(file), scale = Math.min(1, 1600 / Math.max(image.width, image.height));
    const canvas = el("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", 0.8));
  }

  async function shoot(order, pole, file) {
    const key = newKey();
    try {
      const blob = await smaller(file);
      await photos("readwrite", (store) => store.put(blob, key));
    } catch { said = t("photo_wrong"); drawn = ""; return draw(); }
    deed("photo", order, pole, "", key);
  }

  let secret = document.querySelector("meta[name=csrf]").content;
  async function post(row, again = true) {
    const waited = Math.max(0, Math.round((Date.now() - row.queued) / 1000));
    const photo = row.do === "photo", picture = photo ? await photos("readonly", (store) => store.get(row.key)) : null;
    if (photo && !picture) throw new Error("the photo is not on this phone any more");
    const where = photo ? `/crew/photo?${new URLSearchParams({ user, order: row.order, pole: row.pole, waited })}` : "/crew/do";
    const answer = await fetch(where, {
      method: "POST", redirect: "error", headers: { "content-type": photo ? "image/jpeg" : "application/json", accept: "application/json", "x-csrftoken": secret },
      body: picture ?? JSON.stringify({ user, key: row.key, do: row.do, order: row.order, pole: row.pole, text: row.text, waited }),
    });
    if (answer.status !== 403 || !again) return answer;
    // a page that was kept on the phone may have the forms' secret of an earlier time
    const page = await fetch("/crew?fresh", { headers: { accept: "text/html" } });
    secret = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("meta[name=csrf]")?.content ?? secret;
    return post(row, false);
  }

  let sending = false;
  async function sendAll() {
    for (const row of queue().filter((one) => !one.refused)) {
      let answer;
      try { answer = await post(row); } catch { link = "offline"; break; }
      if (answer.status === 401) { link = "login"; break; }
      if (answer.status === 429 || answer.status >= 500) break;
      const told = await answer.json().catch(() => ({}));
      if (answer.ok && row.do === "photo") await photos("readwrite", (store) => store.delete(row.key)).catch(() => {});
      if (answer.ok) { said = `${told.said} (${row.pole})`; change((rows) => rows.filter((one) => one.key !== row.key)); }
      else {
        change((rows) => rows.map((one) => (one.key === row.key ? { ...one, refused: told.detail || String(answer.status) } : one)));
        queueBox.scrollIntoView({ block: "start" });
      }
    }
  }
  async function send() {
    if (sending) return;
    sending = true;
    try {
      if (navigator.locks) await navigator.locks.request(`diya-crew-${user}`, sendAll);
      else await sendAll();
    } finally { sending = false; }
    await read();
  }

  async function read() {
    try {
      const answer = await fetch("/crew/data", { headers: { accept: "application/json" } });
      if (answer.status === 401) link = "login";
      else if (answer.ok) {
        const came = await answer.json();
        if (came.user !== user) { location.reload(); return; }
        data = came;
        keep("data", data);
        link = "live";
      } else link = "offline";
    } catch { link = "offline"; }
    draw();
  }

  function drawState() {
    state.dataset.state = link;
    state.replaceChildren();
    if (link === "login") state.append(t("login"), " ", el("a", { href: "/login?next=/crew", class: "button" }, t("login_do")));
    else if (link === "offline") state.append(t("offline", { at: data?.at ?? "–" }));
    else if (data) state.append(t("as_of", { at: data.at }));
  }

  function drawQueue() {
    const rows = queue();
    const open = rows.filter((one) => !one.refused);
    queueBox.replaceChildren(
      ...rows.filter((one) => one.refused).map((one) => el("div", { class: "card refused" },
        el("h2", {}, `${t("refused_title")}: ${one.pole}`), el("p", {}, t(`queued_${one.do}`).replace(/^[^:]*: /, "")), one.text ? el("p", { class: "soft" }, one.text) : "",
        el("p", {}, one.refused), el("button", { type: "button", onclick: () => change((all) => all.filter((row) => row.key !== one.key)) }, t("refused_remove")))),
      ...(open.length ? [el("p", { class: "bar" }, el("span", { class: "queued" }, t("waiting", { count: open.length })), el("button", { type: "button", onclick: send }, t("waiting_do")))] : []),
      ...(said && !open.length ? [el("p", { class: "sent" }, said)] : []),
    );
  }

  function drawStop(order, stop, index, waits) {
    const id = `${order.number}/${stop.pole}`;
    const drafts = kept("drafts", {});
    const mine = waits.filter((one) => one.order === order.number && one.pole === stop.pole);
    const done = stop.state === "done";
    const words_ = el("textarea", { "data-draft": id, rows: 2, maxlength: 300, "aria-label": `${t("mended_what")}: ${stop.called}` });
    words_.value = drafts[id] ?? "";
    words_.addEventListener("input", () => keep("drafts", { ...kept("drafts", {}), [id]: words_.value }));
    const take = () => { const text = words_.value.trim(); words_.value = ""; const left = kept("drafts", {}); delete left[id]; keep("drafts", left); return text; };
    const camera = el("input", { type: "file", accept: "image/*", capture: "environment", class: "unseen", "data-key": `${id}/photo` });
    camera.addEventListener("change", () => camera.files[0] && shoot(order.number, stop.pole, camera.files[0]));
    const button = (name, label, text, attributes = {}) => el("button", { type: "button", "data-key": `${id}/${name}`, ...attributes, onclick: () => { const given = text ? text() : ""; if (name === "note" && !given) { words_.focus(); return; } deed(name, order.number, stop.pole, given); } }, label);
    return el("section", { class: "card stop", "data-state": stop.state, "data-pole": stop.pole, "data-at": stop.pole === at },
      el("h3", {}, el("span", { class: "index" }, String(index)), el("bdi", {}, stop.called), el("span", { class: "soft" }, stop.stateWord)),
      stop.place ? el("p", { class: "soft" }, stop.place) : "",
      ...stop.alarms.map((one) => el("div", { class: "fault" },
        el("span", { class: `severity severity-${one.severity}` }, one.severityWord), el("strong", {}, one.sentence),
        el("p", { class: "soft" }, one.since, one.evidence ? ` · ${one.evidence}` : ""),
        one.cause ? el("p", {}, one.cause) : "", one.carry ? el("p", {}, `${t("carry")}: ${one.carry}`) : "",
        one.note ? el("p", { class: "soft" }, one.note) : "",
        one.state === "closed" ? el("p", { class: "proved" }, ...(one.by.length ? one.by : [t("proved")])) : one.state === "mended" ? el("p", { class: "awaited" }, t("awaited")) : "")),
      stop.visited ? el("p", { class: "soft" }, t("was_here", { at: stop.visited })) : "",
      stop.light ? el("p", {}, stop.light) : "",
      stop.photos.length ? el("p", { class: "photos" }, stop.photos.map((one) => el("a", { href: `/orders/photos/${one.number}` }, el("img", { src: `/orders/photos/${one.number}`, width: 96, loading: "lazy", alt: one.what })))) : "",
      ...mine.map((one) => el("p", { class: "queued" }, t(`queued_${one.do}`), one.text ? ` (${one.text})` : "")),
      el("div", { class: "deeds" },
        stop.geo ? el("a", { class: "button", href: stop.geo, "data-key": `${id}/walk` }, t("walk")) : "", el("a", { class: "button", href: `/p/${encodeURIComponent(stop.pole)}`, "data-key": `${id}/page` }, t("page")),
        acts && !done ? [button("here", t("here")), button("light", t("light")), el("label", { class: "button" }, t("photo"), camera), el("label", {}, t("mended_what"), words_), button("note", t("note_do"), take), button("mended", t("mended"), take, { class: "main" })] : []));
  }

  function draw() {
    drawState();
    drawQueue();
    const waits = queue().filter((one) => !one.refused);
    const now = JSON.stringify([data, waits]);
    if (now === drawn) return;
    drawn = now;
    const focus = document.activeElement?.dataset?.key;
    const draft = document.activeElement?.dataset?.draft;
    const cursor = draft ? [document.activeElement.selectionStart, document.activeElement.selectionEnd] : null;
    const orders = data?.orders ?? [];
    const mine = orders.some((order) => order.stops.some((stop) => stop.pole === at));
    place.replaceChildren(
      ...(at && data && !mine ? [el("p", { class: "card" }, t("not_mine", { pole: at }), " ", el("a", { href: `/p/${encodeURIComponent(at)}`, class: "button" }, t("page")))] : []),
      ...(data && !orders.length ? [el("p", { class: "card" }, t("none"))] : []),
      ...orders.map((order) => el("section", { class: "order" },
        el("h2", {}, t("order", { number: order.number })),
        el("p", { class: order.late ? "queued" : "soft" }, `${order.stateWord} · ${t("closed_of", { closed: order.closed, count: order.alarms })} · ${order.km} km`, order.due ? ` · ${t(order.late ? "overdue" : "due", { at: order.due })}` : ""),
        order.carry.length ? el("p", {}, t("carry"), ":") : "", order.carry.length ? el("ul", { class: "carried" }, order.carry.map((one) => el("li", {}, one))) : "",
        ...order.stops.map((stop, index) => drawStop(order, stop, index + 1, waits)))),
    );
    const back = focus ? [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focus) : draft ? [...place.querySelectorAll("[data-draft]")].find((one) => one.dataset.draft === draft) : null;
    back?.focus({ preventScroll: true });
    if (cursor && back) back.setSelectionRange(...cursor);
    if (at && mine && !draw.shown) { draw.shown = true; place.querySelector("[data-at]").scrollIntoView(); }
  }

  draw();
  send();
  addEventListener("online", send);
  addEventListener("offline", () => { link = "offline"; draw(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  document.addEventListener("diya:alarms", read);
  let ticks = 0; // each 3 s while something waits, else each 15 s
  setInterval(() => { if (!document.hidden && (link !== "live" || queue().some((one) => !one.refused) || ++ticks % 5 === 0)) send(); }, 3000);
}
