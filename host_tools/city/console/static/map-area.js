// An area drawn by hand: click by click, closed by Enter or a double click.  The form beside the lists is the other way.
import { ask } from "/static/live.js";

const $ = (id) => document.getElementById(id);

export class Area {
  constructor(city, words, says) {
    this.city = city; this.words = words; this.says = says;
    this.on = false;
    this.points = [];
    $("draw").addEventListener("click", () => this.toggle());
    document.querySelector(".area-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(new URLSearchParams(new FormData(event.target)));
    });
  }

  toggle() {
    this.on && this.points.length > 2 ? this.close() : this.set(!this.on);
  }

  set(on) {
    const { map } = this.city;
    if (!map) return;
    this.on = on;
    this.points = [];
    $("draw").setAttribute("aria-pressed", String(on));
    map.doubleClickZoom[on ? "disable" : "enable"]();
    map.getCanvas().style.cursor = on ? "crosshair" : "";
    this.says(on ? "draw" : "", on ? this.words.drawing : "");
    map.off("dblclick", this.double);
    if (on) map.on("dblclick", (this.double = () => this.close()));
    this.draw();
  }

  add(point) {
    const last = this.points.at(-1);
    if (last && last[0] === point[0] && last[1] === point[1]) return; // the second click of a double click
    this.points.push(point);
    this.draw();
  }

  // Whether the key was meant for it.
  key(key) {
    if (!this.on) return false;
    if (key === "Escape") this.set(false);
    else if (key === "Enter") this.close();
    else if (key === "Backspace") this.points.pop(), this.draw();
    else if (key === " ") {
      const { lng, lat } = this.city.map.getCenter(); // with the arrow keys a corner is set where the middle is
      this.add([lng, lat]);
    } else return false;
    return true;
  }

  draw(closed = false) {
    const point = (coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } });
    const features = closed ? [] : this.points.map(point);
    if (this.points.length > 1) {
      const ring = this.points.length > 2;
      const coordinates = ring ? [[...this.points, this.points[0]]] : this.points;
      features.push({ type: "Feature", properties: {}, geometry: { type: ring ? "Polygon" : "LineString", coordinates } });
    }
    this.city.map.getSource("drawn").setData({ type: "FeatureCollection", features });
  }

  close() {
    if (this.points.length < 3) return;
    const round = ([lon, lat]) => [Number(lon.toFixed(6)), Number(lat.toFixed(6))];
    const ring = [...this.points, this.points[0]].map(round), points = this.points;
    this.set(false);
    this.points = points;
    this.draw(true);
    this.points = [];
    this.find(new URLSearchParams({ scope: JSON.stringify({ polygon: { type: "Polygon", coordinates: [ring] } }) }));
  }

  async find(query) {
    const box = $("area-found");
    $("area").open = true;
    const answer = await ask(`/map/area?${query}`, { headers: { accept: "application/json" } });
    if (answer.ok) {
      box.innerHTML = await answer.text(); // of our own templates, which escape
      window.htmx?.process(box);
    } else {
      const wrong = document.createElement("p");
      wrong.className = "wrong";
      wrong.textContent = (await answer.json()).detail;
      box.replaceChildren(wrong);
    }
    box.scrollIntoView({ block: "nearest" });
    box.querySelector("a")?.focus();
  }
}
