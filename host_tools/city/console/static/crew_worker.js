// Keeps the crew's page on the phone, so that it opens without network.  It answers for that page, for what it is made
// of and for /p/NAME?crew, to which a pole's QR code leads; all else passes as if it were not here.
const KEPT = "diya-crew-1";
const PAGE = "/crew";
const FILES = ["/static/console.css", "/static/crew.css", "/static/crew.js", "/fonts/NotoSans-Regular.ttf", "/fonts/NotoSans-Bold.ttf", "/fonts/NotoSansDevanagari-Regular.ttf"];
const PATIENCE_MS = 5000;

async function keepPage() {
  const page = await fetch(PAGE);
  if (page.ok && !page.redirected) await (await caches.open(KEPT)).put(PAGE, page);
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    await (await caches.open(KEPT)).addAll(FILES);
    await keepPage();
    await self.skipWaiting();
  })());
});

// A page that did not come by the worker says so: it was loaded while the worker began, or by a forced reload.
self.addEventListener("message", (event) => { event.waitUntil(keepPage().catch(() => {})); });

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("diya-crew-") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

// From the network, and kept; from what is kept where the network fails or is slow.
async function answer(request, name, page) {
  const kept = await caches.open(KEPT);
  const old = await kept.match(name);
  const fresh = fetch(request).then(async (came) => {
    if (came.ok && !came.redirected && came.type === "basic" && (!page || new URL(came.url).pathname === PAGE)) await kept.put(name, came.clone());
    return came;
  });
  if (!old) return fresh;
  fresh.catch(() => {});
  const late = new Promise((resolve) => { setTimeout(() => resolve(old), PATIENCE_MS); });
  return Promise.race([fresh.catch(() => old), late]);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === PAGE || (url.pathname.startsWith("/p/") && url.searchParams.has("crew"))) event.respondWith(answer(event.request, PAGE, true));
  } else if (FILES.includes(url.pathname)) event.respondWith(answer(event.request, url.pathname, false));
});
