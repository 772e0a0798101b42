// The city's poles on a map, kept up to date: for the map's page and for the video wall.
import { FirstPicture, fitted, HIGHEST, LOWEST, streetsAt } from "/static/map-first.js";
import { css, square, STREETS, style } from "/static/map-style.js";
import { live } from "/static/live.js";

const LOADING = 0.05; // pixels of a pixel: without graphics hardware each frame before the first whole one takes 0.1 s
const FLUSH_MS = 400, WHOLE = 2000, AGAIN_MS = 5000, RESTORE_MS = 8000, MANY = 1500;
const [LON, LAT, ZONE] = [1, 2, 6]; // of a place
export const [STATE, LEVEL, OWNER, SEEN, WORST] = [1, 2, 4, 6, 8]; // of a pole (live/view.py)
export const COMMANDERS = ["operator", "emergency", "incident", "lock", "local"];
export const commanded = (one) => COMMANDERS.includes(one[OWNER]) && (one[STATE] === "lit" || one[STATE] === "off");

// What is known of all poles.  `changed` is called with the names of those that are no longer as they were.
export class Poles {
  constructor(changed) {
    this.places = new Map();
    this.poles = new Map();
    this.changed = changed;
    this.rev = -1;
    this.early = [];
    document.addEventListener("diya:poles", ({ detail }) => this.take(detail));
  }

  async load() {
    const json = async (url) => {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return answer.json();
    };
    const [places, state] = await Promise.all([this.places.size ? null : json("/gis/places.json"), json("/gis/state.json")]);
    if (places) this.places = new Map(places.map((one) => [one[0], one]));
    this.poles = new Map(state.poles.map((one) => [one[0], one]));
    this.rev = state.rev;
    const early = this.early;
    this.early = [];
    early.filter((one) => one.rev > this.rev).forEach((one) => this.take(one));
    this.changed(null);
  }

  take({ poles, rev, anew }) {
    if (anew && this.rev >= 0) return void this.load().catch(() => setTimeout(() => this.take({ poles, rev, anew }), AGAIN_MS));
    if (this.rev < 0) {
      this.early = [...this.early.slice(-200), { poles, rev }]; // it is being loaded
      return;
    }
    for (const one of poles) this.poles.set(one[0], one);
    this.rev = Math.max(this.rev, rev);
    this.changed(poles.map((one) => one[0]));
  }
}

const properties = (one, old) => ({ n: one[0], s: one[STATE], l: one[LEVEL] ?? 0, w: one[WORST], c: commanded(one), old });

// A map of `poles` in `box`.  `shows(pole, place)` says which; `says(kind, text)` shows a sentence over it.
export class CityMap {
  constructor(box, words, says, options = {}) {
    this.box = box; this.words = words; this.says = says; this.options = options;
    this.shows = () => true;
    this.past = null; // what is shown in place of now: name -> pole
    this.timer = null; // of the next flush
    this.drawn = new Map(); // what the source has: name -> its properties as text
    this.picked = []; // names
    this.dirty = new Set();
    this.poles = new Poles((names) => this.mark(names));
    this.lostZones = "";
    document.addEventListener("diya:status", ({ detail }) => {
      const zones = (detail.lostZones || []).join();
      if (zones !== this.lostZones) this.lostZones = zones, this.mark(null);
    });
    this.ready = this.start();
  }

  async start() {
    const loaded = this.load();
    let streets = null; // the picture does not wait for them
    streetsAt(STREETS).then((found) => (streets = found, this.first?.lay(found)));
    if (this.box.dataset.placed === "0") return this.says("wrong", this.words.no_places);
    await Promise.all([loaded, document.fonts.load("13px Diya").catch(() => {})]);
    this.style = style(this.poles.places.size > MANY, this.options.scale);
    const view = this.options.view || fitted(this.bounds(), this.box, 48, 16);
    this.first = new FirstPicture(this.box, this.style, view);
    if (streets) this.first.lay(streets);
    this.flush();
    await new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)));
    performance.mark("map-picture");
    if (!document.createElement("canvas").getContext("webgl2")) return this.says("wrong", this.words.no_webgl);
    this.gl = await import("/static/vendor/maplibre-gl.mjs");
    this.gl.setWorkerUrl("/static/vendor/maplibre-gl-worker.mjs");
    this.make(view);
  }

  async load() {
    for (;;) {
      try {
        await this.poles.load();
        return;
      } catch {
        this.says("wrong", this.words.no_data);
        await new Promise((later) => setTimeout(later, AGAIN_MS));
      }
    }
  }

  make(view) {
    const { gl } = this;
    try {
      this.map = new gl.Map({
        container: this.box, style: this.style, attributionControl: false, fadeDuration: 0, dragRotate: false, pitchWithRotate: false,
        maxZoom: HIGHEST, minZoom: LOWEST, touchPitch: false, interactive: this.options.interactive !== false, locale: this.options.locale,
        pixelRatio: LOADING, canvasContextAttributes: { failIfMajorPerformanceCaveat: false },
        ...view,
      });
    } catch {
      return this.says("wrong", this.words.no_webgl);
    }
    const { map } = this;
    this.drawn = new Map();
    map.touchZoomRotate?.disableRotation();
    map.on("style.load", () => map.hasImage("square") || map.addImage("square", square(), { pixelRatio: 2 }));
    map.on("move", () => this.first?.follow({ center: map.getCenter().toArray(), zoom: map.getZoom() }));
    map.on("error", () => {}); // a street that cannot be read is no reason to stop
    performance.mark("map-made");
    map.on("style.load", () => {
      this.all = true;
      this.flush(this.timer !== null);
    });
    map.on("load", () => {
      performance.mark("map-first");
      map.setPixelRatio(Math.min(devicePixelRatio, 2));
      this.says("", "");
      map.once("idle", () => {
        this.first?.end();
        this.first = null;
        this.box.dataset.drawn = Math.round(performance.now());
      });
      map.triggerRepaint();
      this.options.loaded?.(map);
    });
    map.on("webglcontextlost", () => {
      this.says("wrong", this.words.context_lost);
      clearTimeout(this.restoring);
      this.restoring = setTimeout(() => this.again(), RESTORE_MS);
    });
    map.on("webglcontextrestored", () => this.again());
  }

  // A new map in the place of one whose drawing was taken away.
  again() {
    clearTimeout(this.restoring);
    const { map } = this, view = { center: map.getCenter(), zoom: map.getZoom() };
    try { map.remove(); } catch { /* it is half gone */ }
    this.box.replaceChildren();
    this.make(view);
  }

  bounds(names = null) {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const name of names ?? this.poles.places.keys()) {
      const place = this.poles.places.get(name);
      if (!place) continue;
      west = Math.min(west, place[LON]), east = Math.max(east, place[LON]);
      south = Math.min(south, place[LAT]), north = Math.max(north, place[LAT]);
    }
    return west > east ? [[68, 8], [97, 36]] : [[west, south], [east, north]];
  }

  feature(name) {
    const place = this.poles.places.get(name);
    const one = this.past ? this.past.get(name) : this.poles.poles.get(name);
    if (!place || !one || !this.shows(one, place)) return null;
    const old = !this.past && this.lostZones !== "" && this.lostZones.split(",").includes(place[ZONE]);
    return { type: "Feature", geometry: { type: "Point", coordinates: [place[LON], place[LAT]] }, properties: properties(one, old) };
  }

  // Have the poles `names` (null: all) drawn as they are, soon: many changes are drawn at once.
  mark(names) {
    this.options.changed?.(names);
    if (names?.length === 0) return;
    if (names === null) this.all = true;
    else if (!this.past) names.forEach((name) => this.dirty.add(name));
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  // `anew`: whether the first picture is to follow.
  flush(anew = true) {
    clearTimeout(this.timer);
    this.timer = null;
    if (anew) this.show();
    const source = this.map?.getSource("poles");
    if (!source) return; // all are drawn once it is there
    const names = this.all ? this.poles.places.keys() : this.dirty;
    const diff = { add: [], update: [], remove: [] }, features = [];
    for (const name of names) {
      const made = this.feature(name), text = made ? JSON.stringify(made.properties) : undefined, was = this.drawn.get(name);
      if (made) features.push(made);
      if (text === was) continue;
      if (!made) diff.remove.push(name), this.drawn.delete(name);
      else {
        this.drawn.set(name, text);
        if (was === undefined) diff.add.push(made);
        else diff.update.push({ id: name, addOrUpdateProperties: Object.entries(made.properties).map(([key, value]) => ({ key, value })) });
      }
    }
    const many = diff.add.length + diff.update.length + diff.remove.length;
    if (this.all && many > WHOLE) source.setData({ type: "FeatureCollection", features });
    else if (many) source.updateData(diff);
    this.all = false;
    this.dirty.clear();
  }

  // The first picture as it is now, while it is there.
  show() {
    this.first?.show([...this.poles.places.keys()].map((name) => this.feature(name)).filter(Boolean), this.points());
  }

  choose(names) {
    this.picked = names;
    this.map?.getSource("chosen")?.setData({ type: "FeatureCollection", features: this.points() });
  }

  points() {
    return this.picked.map((name) => this.poles.places.get(name)).filter(Boolean)
      .map((place) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [place[LON], place[LAT]] } }));
  }

  go(names, zoom = 16) {
    if (!this.map || !names.some((name) => this.poles.places.has(name))) return;
    const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(this.bounds(names), { padding: 80, maxZoom: Math.max(zoom, this.map.getZoom()), animate, duration: 700 });
  }
}
export { css, live };
