// Curves over a night: levels in percent on the left, powers in watts on the right, events below on the same axis.
import uPlot from "/static/vendor/uPlot.esm.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const COLOURS = { 1: "danger", 2: "dark", 3: "degraded", 4: "note" };
const BAND = 22; // pixels of the events below the curves

function shape(context, severity, x, y, size) {
  context.beginPath();
  if (severity === 1) { context.moveTo(x, y - size); context.lineTo(x + size, y + size); context.lineTo(x - size, y + size); }
  else if (severity === 2) { context.moveTo(x, y - size); context.lineTo(x + size, y); context.lineTo(x, y + size); context.lineTo(x - size, y); }
  else if (severity === 3) context.rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6);
  else context.arc(x, y, size * 0.8, 0, Math.PI * 2);
  context.closePath();
}

// A plan holds until its next point, and to the end of the night.
function held(points, end) {
  return points.length ? [points.map((one) => one[0]).concat(end), points.map((one) => one[1]).concat(points.at(-1)[1])] : [[end], [null]];
}
const columns = (points, end) => (points.length ? [points.map((one) => one[0]), points.map((one) => one[1])] : [[end], [null]]);

// From two hours before sunset to two after sunrise, and further where anything was measured or happened.
function window_({ start, end, sun, said, measured, events }) {
  const times = [...said, ...measured].filter((one) => one[1]).map((one) => one[0]).concat(events.map((one) => one.at));
  const at = Object.fromEntries(sun.map(([time, name]) => [name, time]));
  if (!at.sunset || !at.sunrise) return [start, end];
  return [Math.max(start, Math.min(at.sunset - 7200, ...times.map((one) => one - 600))), Math.min(end, Math.max(at.sunrise + 7200, ...times.map((one) => one + 600)))];
}

export function night(place, data, words) {
  const { start, end } = data;
  const [low, high] = window_(data);
  const tables = [held(data.planned, end), columns(data.said, end), columns(data.expected, end), columns(data.measured, end)];
  const joined = uPlot.join(tables, tables.map((one) => one.map(() => 2)));
  const watts = [...data.expected, ...data.measured].map((one) => one[1] ?? 0);
  const most = Math.max(10, ...watts) * 1.1;
  const stepped = uPlot.paths.stepped({ align: 1 });
  const ratio = () => devicePixelRatio || 1;
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: words.zone });

  function events(chart) {
    const { ctx, bbox } = chart;
    const y = bbox.top + bbox.height + (BAND / 2) * ratio();
    ctx.save();
    for (const one of data.events) {
      const x = chart.valToPos(one.at, "x", true);
      ctx.strokeStyle = ctx.fillStyle = colour(COLOURS[one.severity]);
      ctx.lineWidth = 1.5 * ratio();
      ctx.globalAlpha = 0.45;
      ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
      ctx.globalAlpha = 1;
      shape(ctx, one.severity, x, y, 6 * ratio());
      if (one.turn === "ends") ctx.stroke(); else ctx.fill();
    }
    ctx.restore();
  }

  function dark(chart) {
    const { ctx, bbox } = chart;
    const sun = Object.fromEntries(data.sun.map(([at, name]) => [name, at]));
    ctx.save();
    if (sun.sunset && sun.sunrise) {
      const from = chart.valToPos(sun.sunset, "x", true);
      const to = chart.valToPos(sun.sunrise, "x", true);
      ctx.fillStyle = colour("edge"); ctx.globalAlpha = 0.18;
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
    }
    if (words.at > start && words.at < end) {
      const x = Math.round(chart.valToPos(words.at, "x", true));
      ctx.globalAlpha = 1; ctx.strokeStyle = ctx.fillStyle = colour("text"); ctx.lineWidth = ratio(); ctx.setLineDash([4 * ratio(), 4 * ratio()]);
      ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
      ctx.font = `${12 * ratio()}px Diya, sans-serif`; ctx.textBaseline = "top"; ctx.fillText(words.now, x + 4 * ratio(), bbox.top + 2 * ratio());
    }
    ctx.restore();
  }

  const grid = { stroke: colour("edge"), width: 1, dash: [2, 4] };
  const axis = { stroke: colour("soft"), grid, ticks: { stroke: colour("edge") }, font: "12px Diya, sans-serif" };
  const line = (label, name, scale, more) => ({ label, stroke: colour(name), width: 2, scale, spanGaps: false, points: { show: false }, ...more });
  const options = {
    width: Math.max(260, place.clientWidth), height: place.clientHeight, legend: { show: false }, cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true, range: [low, high] }, "%": { range: [0, 105] }, W: { range: [0, most] } },
    axes: [
      { ...axis, size: 34 + BAND, gap: 4 + BAND, space: 70, incrs: [3600, 7200, 10800, 14400, 21600], values: (_chart, times) => times.map((at) => time.format(at * 1000)) },
      { ...axis, scale: "%", size: 56, values: (_chart, values) => values.map((one) => `${one} %`) },
      { ...axis, scale: "W", side: 1, size: 54, grid: { show: false }, values: (_chart, values) => values.map((one) => `${one} W`) },
    ],
    series: [
      {},
      line(words.planned, "soft", "%", { dash: [7, 5], paths: stepped }),
      line(words.said, "lit", "%", { width: 3, paths: stepped, points: { show: data.said.length < 40, size: 5 } }),
      line(words.expected, "command", "W", { dash: [2, 4] }),
      line(words.measured, "link", "W", { points: { show: data.measured.length < 40, size: 4 } }),
    ],
    hooks: { drawClear: [dark], draw: [events] },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), words.zone),
  };
  const chart = new uPlot(options, joined, place);
  new ResizeObserver(() => chart.setSize({ width: Math.max(260, place.clientWidth), height: place.clientHeight })).observe(place);
  return chart;
}
