// Plays the last night: what each pole took hour by hour, its faults and silences, on the same map.
const $ = (id) => document.getElementById(id);
const STEP_S = 600, PLAY_MS = 300, LIT = 8; // percent of the rated power from which a lamp counts as lit

export class Night {
  constructor(city, words, says) {
    this.city = city; this.words = words; this.says = says;
    this.timer = 0;
    $("night-button").addEventListener("click", () => this.toggle());
    $("back").addEventListener("click", () => this.end());
    $("when").addEventListener("input", () => this.show());
    $("play").addEventListener("click", () => (this.timer ? this.pause() : this.play()));
  }

  async toggle() {
    if (!$("night").hidden) return this.end();
    const answer = await fetch("/map/night.json");
    if (!answer.ok) return;
    this.night = await answer.json();
    $("night").hidden = false;
    $("night-button").setAttribute("aria-expanded", "true");
    document.querySelector(".frame").classList.add("past");
    if (!Object.keys(this.night.power).length && !this.night.faults.length) $("night-says").textContent = this.words.night_none;
    $("when").max = this.night.clock.length - 1;
    // it begins in the evening, not at the noon at which a night is counted from
    $("when").value = Math.min(this.night.clock.length - 1, 33);
    this.show();
    $("when").focus();
  }

  play() {
    $("play").textContent = `❚❚ ${this.words.pause}`;
    this.timer = setInterval(() => {
      if (Number($("when").value) >= Number($("when").max)) return this.pause();
      $("when").stepUp();
      this.show();
    }, PLAY_MS);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    $("play").textContent = `▶ ${this.words.play}`;
  }

  show() {
    const { night } = this, at = night.from + Number($("when").value) * STEP_S;
    const clock = night.clock[Number($("when").value)];
    let hour = night.hours.length - 1;
    while (hour > 0 && night.hours[hour] > at) hour--;
    const worst = new Map(), silent = new Set();
    for (const [name, from, to, severity] of night.faults) if (from <= at && at < to) worst.set(name, Math.min(severity, worst.get(name) ?? 9));
    for (const [name, from, to] of night.silent) if (from <= at && at < to) silent.add(name);
    const past = new Map();
    let lit = 0;
    for (const name of this.city.poles.places.keys()) {
      const level = night.power[name]?.[hour] ?? null;
      const state = silent.has(name) ? "silent" : level === null ? "unknown" : level >= LIT ? "lit" : "off";
      lit += state === "lit";
      past.set(name, [name, state, level, level, "", null, null, null, worst.get(name) ?? 0]);
    }
    this.city.past = past;
    this.city.all = true;
    this.city.flush();
    $("when-said").textContent = clock;
    $("when").setAttribute("aria-valuetext", clock);
    const text = this.words.night_says.replace("{at}", clock).replace("{lit}", lit)
      .replace("{faults}", worst.size).replace("{silent}", silent.size);
    this.says("past", text);
  }

  end() {
    this.pause();
    $("night").hidden = true;
    $("night-says").textContent = "";
    $("night-button").setAttribute("aria-expanded", "false");
    document.querySelector(".frame").classList.remove("past");
    this.city.past = null;
    this.city.mark(null);
    this.says("", "");
    $("night-button").focus();
  }
}
