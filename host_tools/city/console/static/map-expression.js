// Values of the map's style (map-style.js) without the map: as much of MapLibre's expressions as that style uses.
const channels = (hex) => hex.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
const mixed = (from, to, part) => {
  if (typeof from === "number") return from + (to - from) * part;
  const end = channels(to);
  return `rgb(${channels(from).map((one, n) => Math.round(one + (end[n] - one) * part)).join()})`;
};
const operators = {
  "==": (a, b) => a === b, "!=": (a, b) => a !== b, ">": (a, b) => a > b, "<": (a, b) => a < b, "!": (a) => !a,
  all: (...parts) => parts.every(Boolean), any: (...parts) => parts.some(Boolean),
  "+": (a, b) => a + b, "*": (a, b) => a * b, "/": (a, b) => a / b, min: Math.min, sqrt: Math.sqrt,
  concat: (...parts) => parts.join(""), "to-string": String,
};

// A function of a feature's properties and of the zoom.  Throws Error where `expression` has what is not known here.
export function compiled(expression) {
  if (!Array.isArray(expression)) return () => expression;
  const [name, ...rest] = expression;
  if (name === "zoom") return (_of, zoom) => zoom;
  if (name === "get") return (of) => of[rest[0]] ?? null;
  if (name === "has") return (of) => rest[0] in of;
  if (name === "interpolate") {
    const input = compiled(rest[1]), stops = [];
    for (let n = 2; n < rest.length; n += 2) stops.push([rest[n], rest[n + 1]]);
    return (of, zoom) => {
      const at = input(of, zoom), next = stops.findIndex(([stop]) => stop > at);
      if (next < 0) return stops.at(-1)[1];
      if (next === 0) return stops[0][1];
      const [from, to] = [stops[next - 1], stops[next]];
      return mixed(from[1], to[1], (at - from[0]) / (to[0] - from[0]));
    };
  }
  if (name === "match") {
    const [input, ...parts] = rest.map((one, n) => (n % 2 && n < rest.length - 1 ? one : compiled(one)));
    return (of, zoom) => {
      const at = input(of, zoom);
      for (let n = 0; n + 1 < parts.length; n += 2) if (parts[n] === at) return parts[n + 1](of, zoom);
      return parts.at(-1)(of, zoom);
    };
  }
  const parts = rest.map(compiled);
  if (name === "case") {
    return (of, zoom) => {
      for (let n = 0; n + 1 < parts.length; n += 2) if (parts[n](of, zoom)) return parts[n + 1](of, zoom);
      return parts.at(-1)(of, zoom);
    };
  }
  const operator = operators[name];
  if (!operator) throw new Error(`${name} of the map's style is not known to its first picture`);
  const [first, second] = parts;
  if (parts.length === 2) return (of, zoom) => operator(first(of, zoom), second(of, zoom)); // no list for each of 10,000
  return (of, zoom) => operator(...parts.map((one) => one(of, zoom)));
}
