// The first picture of the map: its own style (map-style.js) drawn on a plain canvas, until the map has drawn itself.
// WebGL without graphics hardware needs a second to begin, and this is there as soon as what is known of the poles is.
// It leaves out what the map must find room for (names); clusters are those of the map, by the map's own library.
import { Supercluster } from "/static/vendor/geojson-vt.mjs";
import { compiled } from "/static/map-expression.js";
import { painted } from "/static/map-paint.js";

const TILE = 512, EXTENT = 8192; // pixels of a tile of MapLibre, and its units
const SHOWN = [undefined, "streets", "poles", "chosen"]; // sources; undefined is the ground
const MARGIN = 64; // pixels around the canvas in which a circle may reach into it
const MOST_STREETS = 2e6; // characters that are worth to be read twice
const POLAR = 85.051129; // degrees where Web Mercator ends
export const [LOWEST, HIGHEST] = [4, 19]; // zoom

const across = (lon) => (lon + 180) / 360;
const down = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (Math.max(-POLAR, Math.min(POLAR, lat)) * Math.PI) / 360)) / (2 * Math.PI);
const latitude = (y) => (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;

// The centre and zoom at which `box` shows [[west, south], [east, north]], as MapLibre would choose them.
export function fitted([[west, south], [east, north]], box, padding, highest) {
  const [left, top, right, bottom] = [across(west), down(north), across(east), down(south)];
  const room = (pixels, part) => Math.log2(Math.max(1, pixels - 2 * padding) / TILE / part);
  const zoom = Math.min(highest, room(box.clientWidth, right - left), room(box.clientHeight, bottom - top));
  return { center: [(left + right) * 180 - 180, latitude((top + bottom) / 2)], zoom: Math.max(LOWEST, zoom) };
}

// The streets at `url`, as features; none where there are too many to be read here and by the map.
export async function streetsAt(url) {
  const text = await fetch(url).then((answer) => (answer.ok ? answer.text() : ""), () => "");
  return text && text.length <= MOST_STREETS ? JSON.parse(text).features : [];
}

export class FirstPicture {
  constructor(box, style, view) {
    this.box = box; this.view = view;
    this.layers = painted(style.layers.filter(({ source }) => SHOWN.includes(source)));
    this.poles = style.sources.poles;
    this.sources = {};
    this.frame = null;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "first";
    this.canvas.setAttribute("aria-hidden", "true"); // the lists say it
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.resized = new ResizeObserver(() => this.follow(this.view));
    this.resized.observe(box);
    box.after(this.canvas);
  }

  lay(streets) {
    this.sources.streets = () => streets;
    this.soon();
  }

  // Draw these from now on: features of GeoJSON.
  show(poles, chosen) {
    const { clusterRadius, clusterMaxZoom, clusterProperties } = this.poles, pair = {};
    const made = Object.entries(clusterProperties).map(([name, [operator, one]]) => ({
      name, of: compiled(one), sum: compiled([operator, ["get", "one"], ["get", "other"]]),
    }));
    const index = new Supercluster({
      maxZoom: clusterMaxZoom, extent: EXTENT, radius: (clusterRadius * EXTENT) / TILE,
      map: (pole) => {
        const found = {};
        for (const { name, of } of made) found[name] = of(pole);
        return found;
      },
      reduce: (all, more) => {
        for (const { name, sum } of made) {
          [pair.one, pair.other] = [all[name], more[name]];
          all[name] = sum(pair);
        }
      },
    });
    index.load(poles);
    this.sources.poles = (box, zoom) => index.getClusters(box, Math.floor(zoom));
    this.sources.chosen = () => chosen;
    this.soon();
  }

  // As it is seen from `view`; the size of its box may have changed too.
  follow(view) {
    this.view = view;
    if (this.drawn !== this.place()) this.soon();
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  place() {
    return [this.view.center, this.view.zoom, this.box.clientWidth, this.box.clientHeight, devicePixelRatio].join();
  }

  draw() {
    const { canvas, box, context } = this;
    this.frame = null;
    if (!context) return; // a browser that has neither this nor WebGL
    const ratio = Math.min(devicePixelRatio, 2), { clientWidth: width, clientHeight: height } = box;
    const zoom = Math.min(HIGHEST, Math.max(LOWEST, this.view.zoom)), size = TILE * 2 ** zoom;
    const left = across(this.view.center[0]) * size - width / 2, top = down(this.view.center[1]) * size - height / 2;
    const place = ([lon, lat]) => [across(lon) * size - left, down(lat) * size - top];
    const edge = (x, y) => [((left + x) / size) * 360 - 180, latitude((top + y) / size)];
    const seen = [...edge(-MARGIN, height + MARGIN), ...edge(width + MARGIN, -MARGIN)], read = {};
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    context.scale(ratio, ratio);
    this.drawn = this.place();
    for (const { source, paint } of this.layers) {
      if (!source) paint(context, [{ properties: {} }], place, zoom);
      else if (this.sources[source]) paint(context, (read[source] ??= this.sources[source](seen, zoom)), place, zoom);
    }
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.canvas.remove();
  }
}
