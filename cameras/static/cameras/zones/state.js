// What is drawn, what is chosen, and every step of it, so that each can be taken back. Knows no page.
"use strict";
(() => {
  const MOST_STEPS = 200;
  const SNAP = 0.012;
  const round = (v) => Math.round(v * 1e5) / 1e5;

  // Into the picture; what is drawn to the very border is meant to reach it.
  const settled = ([x, y]) => [x, y].map((v) => (v < SNAP ? 0 : v > 1 - SNAP ? 1 : round(v)));

  class State {
    constructor(data) {
      this.data = data;
      this.version = data.version;
      this.zones = JZ.copy(data.zones);
      this.stored = JSON.stringify(this.zones);
      this.kind = data.kinds[0].kind;
      this.open = null;
      this.chosen = { zone: null, point: null };
      this.grounding = false;
      this.past = [];
      this.future = [];
      this.heard = new Map();
      this.listeners = [];
    }

    onChange(listener) { this.listeners.push(listener); }
    tell() { this.listeners.forEach((listener) => listener()); }

    get zone() { return this.chosen.zone === null ? null : this.zones[this.chosen.zone] || null; }
    get dirty() { return JSON.stringify(this.zones) !== this.stored || Boolean(this.open && this.open.length); }

    // -- Steps -------------------------------------------------------------------------

    snapshot() { return JSON.stringify([this.zones, this.open, this.kind]); }

    // Before anything is changed: ``was`` is where "undo" leads.
    step(was = this.snapshot()) {
      this.past.push(was);
      if (this.past.length > MOST_STEPS) this.past.shift();
      this.future = [];
      this.heard.clear();
    }

    travel(from, to) {
      if (!from.length) return;
      to.push(this.snapshot());
      [this.zones, this.open, this.kind] = JSON.parse(from.pop());
      this.heard.clear();
      if (this.chosen.zone !== null && this.chosen.zone >= this.zones.length) this.choose(null);
      if (this.chosen.point !== null) this.chosen.point = null;
      this.grounding = false;
      this.tell();
    }

    undo() { this.travel(this.past, this.future); }
    redo() { this.travel(this.future, this.past); }

    // -- Drawing ------------------------------------------------------------------------

    begin(kind) {
      if (this.open && this.open.length) this.finish();
      this.kind = kind;
      this.open = [];
      this.grounding = false;
      this.choose(null);
    }

    add(point) {
      this.step();
      this.open.push(settled(point));
      this.tell();
    }

    // The open polygon becomes a zone; with fewer than three points it stays open.
    finish() {
      if (!this.open || this.open.length < 3) return false;
      this.step();
      this.zones.push({ id: null, kind: this.kind, name: "", polygon: this.open });
      this.open = null;
      this.choose(this.zones.length - 1);
      return true;
    }

    cancel() {
      if (this.open && this.open.length) this.step();
      this.open = null;
      this.grounding = false;
      this.choose(null);
    }

    // -- Changing -----------------------------------------------------------------------

    choose(zone, point = null) {
      if (zone !== this.chosen.zone) this.grounding = false;
      this.chosen = { zone, point };
      this.tell();
    }

    // While something is dragged: the step was taken when the drag began.
    put(point, at) {
      const list = this.open || this.zone.polygon;
      list[at] = settled(point);
      this.tell();
    }

    insert(point, at) {
      this.zone.polygon.splice(at, 0, settled(point));
      this.chosen.point = at;
      this.tell();
    }

    shift(start, [dx, dy]) {
      const [xs, ys] = [start.map((p) => p[0]), start.map((p) => p[1])];
      const x = Math.max(-Math.min(...xs), Math.min(1 - Math.max(...xs), dx));
      const y = Math.max(-Math.min(...ys), Math.min(1 - Math.max(...ys), dy));
      this.zone.polygon = start.map((p) => [round(p[0] + x), round(p[1] + y)]);
      this.tell();
    }

    removePoint() {
      const { point } = this.chosen;
      if (!this.zone || point === null || this.zone.polygon.length <= 3) return false;
      this.step();
      this.zone.polygon.splice(point, 1);
      this.chosen.point = null;
      this.tell();
      return true;
    }

    removeZone() {
      if (!this.zone) return;
      this.step();
      this.zones.splice(this.chosen.zone, 1);
      this.choose(null);
    }

    set(name, value) {
      if (!this.zone || this.zone[name] === value) return;
      this.step();
      this.zone[name] = value;
      this.tell();
    }

    append(zones) {
      this.step();
      this.open = null;
      for (const zone of zones) this.zones.push({ ...JZ.copy(zone), id: null });
      this.choose(this.zones.length - 1);
    }

    // -- Ground points --------------------------------------------------------------------

    ground(point, at) {
      const zone = this.zone;
      const list = zone.ground_points || (zone.ground_points = []);
      const [x, y] = settled(point);
      const [, , e, n] = list[at] || [0, 0, ...corner(at, 10, 20)];
      list[at] = [x, y, e, n];
      this.tell();
    }

    // -- Answers ---------------------------------------------------------------------------

    // What is wrong with a zone: by our own rules at once, by the server's when it was asked.
    problems(index) {
      const zone = this.zones[index];
      const rules = this.data.rules;
      const own = [JZ.geo.polygonProblem(zone.polygon, rules), JZ.geo.groundProblem(zone.ground_points, rules)];
      const words = own.filter(Boolean).map((code) => this.data.words[code] || code);
      return words.length ? words : this.heard.get(index) || [];
    }

    hear(problems) {
      this.heard.clear();
      for (const one of problems) {
        const list = this.heard.get(one.zone) || [];
        this.heard.set(one.zone, [...list, one.words]);
      }
      this.tell();
    }

    // The server has these now.
    settle(version, zones) {
      const chosen = this.chosen.zone;
      this.version = version;
      this.zones = JZ.copy(zones);
      this.stored = JSON.stringify(this.zones);
      this.open = null;
      this.past = [];
      this.future = [];
      this.heard.clear();
      this.choose(chosen !== null && chosen < this.zones.length ? chosen : null);
    }
  }

  // Corners of a rectangle of the ground, around: near left, near right, far right, far left.
  const corner = (at, width, length) => [[0, 0], [width, 0], [width, length], [0, length]][at];

  JZ.copy = (value) => JSON.parse(JSON.stringify(value));
  JZ.State = State;
  JZ.corner = corner;
  JZ.settled = settled;
})();
