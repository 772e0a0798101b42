// The video wall: nothing to press, read from six metres, and open for weeks.
import { ages } from "/static/live.js";
import { CityMap, css } from "/static/map-view.js";
import uPlot from "/static/vendor/uPlot.esm.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("map-words").textContent);
const wall = document.querySelector(".wall"), turn_s = Number(wall.dataset.rotate);
const POWER_MS = 60000, WORST_MS = 300, FRESH_MS = 6 * 3600 * 1000;

const city = new CityMap($("map"), words, (kind, text) => {
  $("map-says").dataset.kind = kind;
  $("map-says").hidden = !text;
  $("map-says").textContent = text;
}, { interactive: false, scale: Math.max(1, innerHeight / 1000), locale: { "Map.Title": words.map } });
$("map").city = city;

// -- the worst five
let waiting = 0;
async function worst() {
  waiting = 0;
  const answer = await fetch("/wall/worst").catch(() => null);
  if (!answer?.ok) return;
  $("worst").innerHTML = await answer.text(); // of our own templates, which escape
  ages($("worst"));
}
document.addEventListener("diya:alarms", () => (waiting ||= setTimeout(worst, WORST_MS)));

// -- the power of this night and of the one before
let plot = null;
async function power() {
  const answer = await fetch("/wall/power.json").catch(() => null);
  if (!answer?.ok) return;
  const { from, hour: full, kw, offset, tonight, before } = await answer.json();
  $("kw").textContent = words.power_kw.replace("{kw}", kw < 100 ? kw.toFixed(1) : Math.round(kw));
  const times = [...new Set([...tonight, ...before].map(([at]) => at).concat(full))].sort((a, b) => a - b);
  const series = (rows) => times.map((at) => rows.find(([hour]) => hour === at)?.[1] ?? null);
  const current = series(tonight), last = times.indexOf(full);
  if (current[last] === null) current[last] = kw;
  const data = [times, current, series(before)], box = $("curve");
  const size = { width: box.clientWidth, height: box.clientHeight };
  if (plot) {
    plot.setSize(size);
    plot.setData(data);
    return;
  }
  const font = `${Math.max(12, Math.round(innerHeight / 60))}px Diya`, axis = { stroke: css("soft"), font, grid: { stroke: css("edge"), width: 1 }, ticks: { show: false } };
  plot = new uPlot({
    ...size, legend: { show: false }, cursor: { show: false }, select: { show: false },
    tzDate: (at) => new Date((at + offset) * 1000 + new Date().getTimezoneOffset() * 60000),
    scales: { x: { range: () => [from + 5 * 3600, from + 19 * 3600] }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      { ...axis, values: (plot, ticks) => ticks.map((at) => `${String(Math.floor((((at + offset) % 86400) / 3600))).padStart(2, "0")}`), size: Math.max(28, innerHeight / 32) },
      { ...axis, values: (plot, ticks) => ticks.map((one) => `${one} kW`), size: Math.max(56, innerHeight / 14) },
    ],
    series: [
      {},
      { label: words.power_this, stroke: css("lit"), width: 4, fill: `color-mix(in srgb, ${css("lit")} 18%, transparent)`, points: { show: true, size: 9, fill: css("lit") } },
      { label: words.power_before, stroke: css("soft"), width: 2, dash: [8, 8], points: { show: false } },
    ],
  }, data, box);
}

// -- it turns: the whole city, then where the worst of the open alarms are
let place = 0;
function turn() {
  const names = [...document.querySelectorAll("#worst li[data-poles]:not(.known)")].map((one) => one.dataset.poles.split(" ")).filter((some) => some[0]);
  place = (place + 1) % (names.length + 1);
  const all = place === 0;
  city.go(all ? [...city.poles.places.keys()] : names[place - 1], all ? 4 : 16.5);
  city.choose(all ? [] : names[place - 1]);
  const line = document.querySelectorAll("#worst li[data-poles]:not(.known)")[place - 1];
  $("view-name").textContent = all || !line ? "" : line.querySelector("b").textContent;
}

addEventListener("resize", () => {
  if (plot) plot.setSize({ width: $("curve").clientWidth, height: $("curve").clientHeight });
});
power();
setInterval(power, POWER_MS);
if (turn_s) setInterval(turn, turn_s * 1000);
// A page that is open for weeks is loaded anew now and then, so that nothing can grow in it; never into an error.
setInterval(async () => {
  const answer = await fetch(location.href, { method: "GET" }).catch(() => null);
  if (answer?.ok && !answer.redirected) location.reload();
}, FRESH_MS);
document.addEventListener("diya:status", ({ detail }) => {
  if (detail.totals) $("kw").textContent = words.power_kw.replace("{kw}", (detail.totals.power_dw / 10000).toFixed(1));
});
