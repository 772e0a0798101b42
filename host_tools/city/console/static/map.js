// The map's page: filters, lists, a pole's card, areas and the last night.  The URL holds the whole view.
import { ages, now } from "/static/live.js";
import { CityMap, commanded, OWNER, SEEN, STATE, WORST } from "/static/map-view.js";
import { Area } from "/static/map-area.js";
import { Night } from "/static/map-night.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("map-words").textContent);
const FILTERS = ["ward", "feeder", "class", "owner", "state", "faults", "age"];
const [WARD, FEEDER, CLASS] = [3, 4, 5]; // of a place
const form = $("filters");

const says = (kind, text) => {
  const line = $("map-says");
  line.dataset.kind = kind;
  line.hidden = !text;
  line.textContent = text;
};

// -- the view, and the URL that says it
const query = new URLSearchParams(location.search);
const at = (query.get("at") || "").split(",").map(Number);
const view = at.length === 3 && at.every(Number.isFinite) && Math.abs(at[0]) <= 90 ? { center: [at[1], at[0]], zoom: at[2] } : null;
let chosen = query.get("pole") || "";

const filters = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "" && value !== "0"));
function keep() {
  const kept = new URLSearchParams(filters());
  if (chosen) kept.set("pole", chosen);
  if (city.map) {
    const { lat, lng } = city.map.getCenter();
    kept.set("at", [lat.toFixed(5), lng.toFixed(5), city.map.getZoom().toFixed(2)].join());
  } else if (view) kept.set("at", query.get("at"));
  history.replaceState(history.state, "", `/${kept.size ? "?" : ""}${kept}`);
}

const city = new CityMap($("map"), words, says, { view, loaded, changed, locale: { "Map.Title": words.map } });
$("map").city = city;

function filter() {
  const wanted = filters(), any = Object.keys(wanted).length > 0;
  $("clear").hidden = !any;
  city.shows = !any ? () => true : (one, place) => {
    if (wanted.ward && place[WARD] !== wanted.ward) return false;
    if (wanted.feeder && place[FEEDER] !== wanted.feeder) return false;
    if (wanted.class && place[CLASS] !== wanted.class) return false;
    if (wanted.owner && one[OWNER] !== wanted.owner) return false;
    if (wanted.state && !(wanted.state === "command" ? commanded(one) : one[STATE] === wanted.state)) return false;
    if (wanted.faults && !one[WORST]) return false;
    return !wanted.age || one[SEEN] === null || now() - one[SEEN] >= wanted.age * 60;
  };
  city.mark(null);
}
form.addEventListener("change", () => {
  filter();
  keep();
  list();
});
form.addEventListener("submit", (event) => event.preventDefault());
$("clear").addEventListener("click", () => {
  for (const name of FILTERS) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  form.dispatchEvent(new Event("change"));
  form.elements.ward.focus();
});
setInterval(() => filters().age && city.mark(null), 30000);

// -- the lists, which have all that the map shows
let listing = 0, listed = 0;
async function list() {
  clearTimeout(listing);
  listing = 0;
  const answer = await fetch(`/map/list?${new URLSearchParams(filters())}`);
  if (!answer.ok) return;
  const there = document.activeElement, inside = $("lists").contains(there), poles = there?.dataset?.poles, link = there?.getAttribute?.("href");
  $("lists").innerHTML = await answer.text(); // of our own templates, which escape
  listed = performance.now();
  ages($("lists"));
  mark();
  if (!inside) return;
  const back = [...$("lists").querySelectorAll("button, a")].find((one) => (poles ? one.dataset.poles === poles : one.getAttribute("href") === link));
  back?.focus({ preventScroll: true });
}
function later(ms) {
  listing ||= setTimeout(list, Math.max(0, ms));
}
document.addEventListener("diya:alarms", () => {
  clearTimeout(listing);
  listing = setTimeout(list, 200);
});
document.addEventListener("diya:anew", list);
function changed(names) {
  if (names && !names.length) return;
  later(5000 - (performance.now() - listed));
  if (names?.includes(chosen)) card();
}
function mark() {
  for (const one of document.querySelectorAll("#lists .go")) {
    if (one.dataset.poles === chosen && chosen) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
}
$("lists").addEventListener("click", (event) => {
  const go = event.target.closest(".go");
  if (!go || !go.dataset.poles) return;
  const names = go.dataset.poles.split(" ");
  if (names.length === 1) choose(names[0], true);
  else {
    city.choose(names);
    city.go(names);
  }
});

// -- a pole's card
let carded = 0;
function card() {
  clearTimeout(carded);
  carded = setTimeout(show, 150);
}
async function show() {
  const name = chosen, box = $("card");
  if (!name) return box.replaceChildren();
  const answer = await fetch(`/map/pole?name=${encodeURIComponent(name)}`);
  if (name !== chosen) return;
  if (!answer.ok) return box.replaceChildren();
  const all = () => [...box.querySelectorAll("a, button")], at = all().indexOf(document.activeElement);
  box.innerHTML = await answer.text(); // of our own templates, which escape
  window.htmx?.process(box);
  ages(box);
  if (at >= 0) all()[at]?.focus();
  $("card-close").addEventListener("click", () => choose(""));
}
export async function choose(name, go = false) {
  const had = $("card").contains(document.activeElement);
  chosen = name;
  city.choose(name ? [name] : []);
  if (go) city.go([name]);
  mark();
  keep();
  await show();
  if (name && go) $("card").scrollIntoView({ block: "nearest" });
  if (!name && had) $("lists").querySelector(".go")?.focus();
}

function loaded(map) {
  map.addControl(new city.gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new city.gl.ScaleControl(), "bottom-right");
  map.on("moveend", keep);
  const hits = ["unknown", "pole", "hollow", "ring", "command", "cluster"];
  map.on("mousemove", (event) => {
    if (!area.on) map.getCanvas().style.cursor = hit(event.point) ? "pointer" : "";
  });
  const hit = ({ x, y }) => map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: hits })[0];
  map.on("click", async (event) => {
    if (area.on) return area.add([event.lngLat.lng, event.lngLat.lat]);
    const found = hit(event.point);
    if (!found) return choose("");
    if (!found.properties.point_count) return choose(found.properties.n);
    const zoom = await map.getSource("poles").getClusterExpansionZoom(found.properties.cluster_id);
    map.easeTo({ center: found.geometry.coordinates, zoom: zoom + 0.5, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || area.on) return;
    const { lng, lat } = map.getCenter(), far = ([, lon, north]) => (lon - lng) ** 2 + (north - lat) ** 2;
    let best = null;
    for (const name of city.drawn.keys()) {
      const place = city.poles.places.get(name);
      if (!best || far(place) < far(best)) best = place;
    }
    if (best) choose(best[0]);
  });
  if (chosen) {
    city.choose([chosen]);
    if (!view) city.go([chosen]);
  } else if (!view && Object.keys(filters()).length) {
    setTimeout(() => city.drawn.size && city.go([...city.drawn.keys()]), 600);
  }
}

const area = new Area(city, words, says);
const night = new Night(city, words, says);
$("whole").addEventListener("click", () => city.go([...city.poles.places.keys()], 4));
document.addEventListener("diya:key", ({ detail: { key } }) => {
  if (area.key(key)) return;
  if (key === "d") area.toggle();
  else if (key === "n") night.toggle();
  else if (key === "Escape") $("panel").childElementCount ? $("panel").replaceChildren() : choose("");
  else if (key === "j" || key === "k") {
    const all = [...$("lists").querySelectorAll(".go")], at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))]?.focus();
  }
});
// what may be done opens beside the map, and is what the keyboard is in then
new MutationObserver(() => {
  if (!$("panel").childElementCount) return;
  $("panel").scrollIntoView({ block: "start" });
  $("panel").focus({ preventScroll: true });
}).observe($("panel"), { childList: true });

$("legend").open = innerWidth > 1500 && innerHeight > 800;
filter();
if (chosen) city.choose([chosen]), show();
const room = () => document.documentElement.style.setProperty("--top", `${document.querySelector(".top").offsetHeight}px`);
new ResizeObserver(room).observe(document.querySelector(".top"));
