// How the city is drawn: layers of MapLibre in the colours of the page.  No tile, glyph or sprite is asked for.
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const STREETS = "/gis/streets.geojson";
const colours = ["note", "danger", "dark", "degraded", "note"];
const severity = (property, otherwise) => ["match", ["get", property],
  1, css(colours[1]), 2, css(colours[2]), 3, css(colours[3]), 4, css(colours[4]), otherwise];
const single = ["!", ["has", "point_count"]];
const state = (name) => ["==", ["get", "s"], name];

// A square of the commands, and none of it from a server.
export function square(size = 40, width = 5) {
  const data = new Uint8ClampedArray(size * size * 4);
  const [r, g, b] = css("command").match(/\w\w/g).map((part) => parseInt(part, 16));
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    if (Math.min(x, y, size - 1 - x, size - 1 - y) < width) data.set([r, g, b, 255], (y * size + x) * 4);
  }
  return { width: size, height: size, data };
}

// Of a cluster: how many are silent, and the severity of its worst (9: none has an alarm).
export const clusterProperties = {
  worst: ["min", ["case", [">", ["get", "w"], 0], ["get", "w"], 9]],
  ill: ["+", ["case", [">", ["get", "w"], 0], 1, 0]],
  silent: ["+", ["case", ["==", ["get", "s"], "silent"], 1, 0]],
  light: ["+", ["case", ["==", ["get", "s"], "lit"], ["get", "l"], 0]],
};

// `many`: so many poles that single ones would hide each other from afar.
// `scale`: of all sizes, for a wall that is seen from afar.
export function style(many, scale = 1) {
  const at = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops.map((one, n) => (n % 2 ? one * scale : one))];
  const radius = at(11, 2.2, 14, 4.5, 17, 9), dimmed = ["case", ["==", ["get", "old"], true], 0.3, 1];
  const worstOfMany = ["match", ["get", "worst"], 1, css("danger"), 2, css("dark"), 3, css("degraded"), 4, css("note"),
    ["case", [">", ["get", "silent"], 0], css("silent"), css("edge")]];
  const circle = (id, filter, paint) => ({ id, type: "circle", source: "poles", filter, paint });
  const glyph = ["case", ["<", ["get", "worst"], 9],
    ["concat", ["match", ["get", "worst"], 1, "▲", 2, "◆", 3, "■", "●"], ["to-string", ["get", "ill"]], "\n"], ""];
  return {
    version: 8, sources: {
      streets: { type: "geojson", data: STREETS },
      poles: { type: "geojson", data: { type: "FeatureCollection", features: [] }, cluster: true, clusterRadius: 44 * scale,
        clusterMaxZoom: many ? 13 : 10, clusterProperties, promoteId: "n", maxzoom: 17, buffer: 32 },
      drawn: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
      chosen: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": css("ground") } },
      { id: "street-edge", type: "line", source: "streets", layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": css("edge"), "line-opacity": 0.75, "line-width": at(11, 2, 14, 7, 17, 26) } },
      { id: "street", type: "line", source: "streets", layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": css("card"), "line-width": at(11, 1.2, 14, 5, 17, 22) } },
      { id: "street-name", type: "symbol", source: "streets", minzoom: 13.5, layout: { "symbol-placement": "line",
        "text-field": ["coalesce", ["get", "name"], ""], "text-font": ["Diya"], "text-size": 13 * scale, "symbol-spacing": 420 * scale },
        paint: { "text-color": css("soft"), "text-halo-color": css("ground"), "text-halo-width": 1.5 } },
      { id: "drawn-area", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": css("link"), "fill-opacity": 0.2 } },
      { id: "drawn-line", type: "line", source: "drawn",
        paint: { "line-color": css("link"), "line-width": 2.5, "line-dasharray": [2, 1.5] } },
      { id: "drawn-corner", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-radius": 6, "circle-color": css("link"), "circle-stroke-color": css("ground"), "circle-stroke-width": 2 } },
      circle("unknown", ["all", single, state("unknown")], { "circle-color": css("ground"), "circle-radius": radius,
        "circle-stroke-color": css("soft"), "circle-stroke-width": scale, "circle-stroke-opacity": dimmed }),
      circle("glow", ["all", single, state("lit")], { "circle-color": css("lit"), "circle-blur": 1,
        "circle-radius": at(11, 5, 14, 13, 17, 38),
        "circle-opacity": ["*", ["*", dimmed, 0.62], ["interpolate", ["linear"], ["get", "l"], 0, 0.12, 100, 1]] }),
      circle("pole", ["all", single, ["!=", ["get", "s"], "silent"], ["!=", ["get", "s"], "unknown"]], {
        "circle-color": ["match", ["get", "s"], "lit", css("lit"), css("off")], "circle-radius": radius,
        "circle-opacity": ["*", dimmed, ["case", state("lit"), ["interpolate", ["linear"], ["get", "l"], 0, 0.5, 100, 1], 0.9]] }),
      circle("hollow", ["all", single, state("silent")], { "circle-color": css("ground"),
        "circle-opacity": 0.85, "circle-radius": radius, "circle-stroke-opacity": dimmed,
        "circle-stroke-color": css("silent"), "circle-stroke-width": 2.5 * scale }),
      circle("ring", ["all", single, [">", ["get", "w"], 0]], { "circle-color": "transparent",
        "circle-radius": at(11, 5, 14, 9, 17, 16), "circle-stroke-width": at(11, 2, 15, 3), "circle-stroke-opacity": dimmed,
        "circle-stroke-color": severity("w", css("note")) }),
      { id: "command", type: "symbol", source: "poles", filter: ["all", single, ["get", "c"]], paint: { "icon-opacity": dimmed },
        layout: { "icon-image": "square", "icon-allow-overlap": true, "icon-size": at(11, 0.35, 14, 0.6, 17, 1.05) } },
      circle("cluster", ["has", "point_count"], {
        "circle-color": ["interpolate", ["linear"], ["/", ["get", "light"], ["get", "point_count"]],
          0, css("card"), 100, css("cluster-lit")],
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1, 15 * scale, 10, 24 * scale, 100, 44 * scale],
        "circle-stroke-width": ["case", ["any", ["<", ["get", "worst"], 9], [">", ["get", "silent"], 0]], 4.5 * scale, 1.5 * scale],
        "circle-stroke-color": worstOfMany }),
      { id: "cluster-number", type: "symbol", source: "poles", filter: ["has", "point_count"],
        layout: { "text-field": ["concat", glyph, ["to-string", ["get", "point_count"]]], "text-font": ["Diya"],
          "text-size": 13 * scale, "text-allow-overlap": true, "text-line-height": 1.1 },
        paint: { "text-color": css("text"), "text-halo-color": css("card"), "text-halo-width": 1.2 } },
      { id: "name", type: "symbol", source: "poles", filter: single, minzoom: 16.4,
        layout: { "text-field": ["get", "n"], "text-font": ["Diya"], "text-size": 12 * scale, "text-anchor": "top", "text-offset": [0, 1.1],
          "text-optional": true },
        paint: { "text-color": css("text"), "text-halo-color": css("ground"), "text-halo-width": 1.5 } },
      { id: "chosen", type: "circle", source: "chosen", paint: { "circle-color": "transparent", "circle-radius": at(11, 11, 17, 24),
        "circle-stroke-color": css("focus"), "circle-stroke-width": 3 * scale } },
    ],
  };
}
