// The layers of the map's style (map-style.js) on a plain canvas, as MapLibre paints them.
import { compiled } from "/static/map-expression.js";
import { square } from "/static/map-style.js";

const BLUR = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]; // of the radius, where a blurred circle is worked out

const SOFT = 0.5; // pixels of the screen: MapLibre's edges fade inwards
const LOWER = 0.07; // of a text's size, by which MapLibre sets it under the middle

const disc = (context, [x, y], radius) => {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
};
const canvas = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

// A circle that fades to its edge as MapLibre's of blur 1, to be drawn many times.
function glow(colour, radius) {
  const made = canvas(Math.ceil(4 * radius), Math.ceil(4 * radius)), context = made.getContext("2d"), middle = made.width / 2;
  const shade = context.createRadialGradient(middle, middle, 0, middle, middle, 2 * radius);
  for (const at of BLUR) {
    const left = Math.round(255 * (1 - at) ** 2 * (1 + 2 * at)).toString(16).padStart(2, "0"); // smoothstep
    shade.addColorStop(at, colour + left);
  }
  context.fillStyle = shade;
  context.fillRect(0, 0, made.width, made.height);
  return made;
}

function icon() {
  const image = square(), made = canvas(image.width, image.height);
  made.getContext("2d").putImageData(new ImageData(image.data, image.width, image.height), 0, 0);
  return made;
}

const painters = {
  background(context, value) {
    context.fillStyle = value("background-color");
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  },
  line(context, value, { type, coordinates }, place) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = value("line-width");
    context.strokeStyle = value("line-color");
    context.globalAlpha = value("line-opacity") ?? 1;
    context.beginPath();
    for (const line of type === "LineString" ? [coordinates] : coordinates) {
      line.forEach((one, n) => context[n ? "lineTo" : "moveTo"](...place(one)));
    }
    context.stroke();
  },
  circle(context, value, { coordinates }, place, kept) {
    const at = place(coordinates), width = value("circle-stroke-width"), colour = value("circle-color");
    const radius = Math.max(0, value("circle-radius") - SOFT / context.getTransform().a);
    context.globalAlpha = value("circle-opacity") ?? 1;
    if (value("circle-blur")) {
      context.drawImage((kept.glow ??= glow(colour, radius)), at[0] - radius, at[1] - radius, 2 * radius, 2 * radius);
    } else if (colour !== "transparent") {
      disc(context, at, radius);
      context.fillStyle = colour;
      context.fill();
    }
    if (!width) return;
    disc(context, at, radius + width / 2);
    context.globalAlpha = value("circle-stroke-opacity") ?? 1;
    context.lineWidth = width;
    context.strokeStyle = value("circle-stroke-color");
    context.stroke();
  },
  symbol(context, value, { coordinates }, place, kept) {
    const [x, y] = place(coordinates);
    context.globalAlpha = value("icon-opacity") ?? 1;
    if (value("icon-image")) {
      const image = (kept.icon ??= icon()), side = (image.width / 2) * value("icon-size");
      return context.drawImage(image, x - side / 2, y - side / 2, side, side);
    }
    const size = value("text-size"), lines = value("text-field").split("\n"), high = size * value("text-line-height");
    context.font = `${size}px ${value("text-font")}`;
    [context.textAlign, context.textBaseline, context.lineJoin] = ["center", "middle", "round"];
    [context.fillStyle, context.strokeStyle] = [value("text-color"), value("text-halo-color")];
    context.lineWidth = 2 * value("text-halo-width");
    lines.forEach((one, n) => {
      const line = y + LOWER * size + (n - (lines.length - 1) / 2) * high;
      context.strokeText(one, x, line);
      context.fillText(one, x, line);
    });
  },
};

// Those of `layers` that can be painted one feature after the other; labels that must find room are not among them.
// Each has its `source` and `paint(context, features, place, zoom)`.
export function painted(layers) {
  const free = (layout) => layout["text-allow-overlap"] || layout["icon-allow-overlap"];
  return layers.filter(({ type, layout }) => painters[type] && (type !== "symbol" || free(layout))).map((layer) => {
    const filter = compiled(layer.filter ?? true), { "text-font": font, ...layout } = layer.layout ?? {};
    const values = { ...layer.paint, ...layout, ...(font && { "text-font": font[0] }) };
    for (const name of Object.keys(values)) values[name] = compiled(values[name]);
    const paint = (context, features, place, zoom) => {
      const kept = {};
      for (const { properties, geometry } of features) {
        if (!filter(properties, zoom)) continue;
        painters[layer.type](context, (name) => values[name]?.(properties, zoom), geometry, place, kept);
      }
      context.globalAlpha = 1;
    };
    return { source: layer.source, paint };
  });
}
