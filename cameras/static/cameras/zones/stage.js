// The picture with what is drawn on it: SVG, zoom, and the loupe under a finger. Reads the state, changes nothing.
"use strict";
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const BASE = 1000;
  const DEEPEST = 8;

  const make = (name, attributes = {}, text = "") => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  };

  class Stage {
    constructor(box, state) {
      this.box = box;
      this.state = state;
      this.svg = box.querySelector("svg");
      this.image = this.svg.querySelector("image");
      this.shapes = this.svg.querySelector("g");
      this.loupe = box.querySelector(".jz-loupe");
      this.height = 562.5;
      this.view = { x: 0, y: 0, zoom: 1 };
      this.pending = null;
      this.cursor = null;
      this.colours = Object.fromEntries(state.data.kinds.map((k) => [k.kind, k.colour]));
      this.labels = Object.fromEntries(state.data.kinds.map((k) => [k.kind, k.label]));
      new ResizeObserver(() => this.draw()).observe(box);
      this.frame();
    }

    // -- Picture and view -----------------------------------------------------------------

    show(url, width, height) {
      this.height = (BASE * height) / width;
      this.image.setAttribute("href", url);
      this.image.setAttribute("height", this.height);
      this.loupe.querySelector("image").setAttribute("href", url);
      this.loupe.querySelector("image").setAttribute("height", this.height);
      this.box.style.aspectRatio = `${width} / ${height}`;
      this.frame();
    }

    frame() {
      const { x, y, zoom } = this.view;
      this.svg.setAttribute("viewBox", `${x} ${y} ${BASE / zoom} ${this.height / zoom}`);
      this.draw();
    }

    // Pixels of the screen per unit of the drawing.
    get scale() { return (this.svg.clientWidth * this.view.zoom) / BASE || 1; }

    // From the screen to the picture, 0-1, not held to its borders.
    point(event) {
      const box = this.svg.getBoundingClientRect();
      const x = this.view.x + ((event.clientX - box.left) / box.width) * (BASE / this.view.zoom);
      const y = this.view.y + ((event.clientY - box.top) / box.height) * (this.height / this.view.zoom);
      return [x / BASE, y / this.height];
    }

    units([x, y]) { return [x * BASE, y * this.height]; }

    // How far two points of the picture are apart on the screen, in pixels.
    pixels(a, b) { return JZ.geo.distance(this.units(a), this.units(b)) * this.scale; }

    zoomAt([x, y], factor) {
      const zoom = Math.max(1, Math.min(DEEPEST, this.view.zoom * factor));
      const [ux, uy] = this.units([x, y]);
      const kept = this.view.zoom / zoom;
      this.view = { zoom, x: ux - (ux - this.view.x) * kept, y: uy - (uy - this.view.y) * kept };
      this.hold();
    }

    pan(dx, dy) {
      this.view.x -= dx / this.scale;
      this.view.y -= dy / this.scale;
      this.hold();
    }

    hold() {
      const { view } = this;
      view.x = Math.max(0, Math.min(BASE - BASE / view.zoom, view.x));
      view.y = Math.max(0, Math.min(this.height - this.height / view.zoom, view.y));
      this.frame();
    }

    fit() {
      this.view = { x: 0, y: 0, zoom: 1 };
      this.frame();
    }

    // -- Drawing ----------------------------------------------------------------------------

    draw() {
      const { state } = this;
      const px = 1 / this.scale;
      const nodes = [];
      state.zones.forEach((zone, index) => nodes.push(...this.zoneNodes(zone, index, px)));
      nodes.push(...this.names(px));
      if (state.open) nodes.push(...this.openNodes(px));
      if (this.cursor) nodes.push(...this.crosshair(this.cursor, px));
      this.shapes.replaceChildren(...nodes);
      this.drawLoupe();
    }

    path(points, closed) {
      return `M${points.map((p) => this.units(p).map((v) => v.toFixed(2)).join(" ")).join("L")}${closed ? "Z" : ""}`;
    }

    zoneNodes(zone, index, px) {
      const chosen = this.state.chosen.zone === index;
      const bad = this.state.problems(index).length > 0;
      const colour = bad ? "#dc2626" : this.colours[zone.kind] || "#334155";
      const line = this.path(zone.polygon, true);
      const nodes = [
        make("path", { d: line, fill: colour, "fill-opacity": chosen ? 0.34 : 0.2, stroke: "#fff", "stroke-width": (chosen ? 5 : 3.5) * px, "stroke-linejoin": "round", class: "jz-zone", "data-zone": index }),
        make("path", { d: line, fill: "none", stroke: colour, "stroke-width": (chosen ? 3 : 2) * px, "stroke-linejoin": "round", "stroke-dasharray": bad ? `${8 * px} ${5 * px}` : "none" }),
      ];
      if (chosen && zone.ground_points && zone.ground_points.length) nodes.push(...this.groundNodes(zone, px));
      if (chosen && this.state.data.mayDraw && !this.state.grounding && !this.state.open) nodes.push(...this.handles(zone, colour, px));
      return nodes;
    }

    // Names of all zones, placed together so that none lies on another; the chosen zone's first.
    names(px) {
      const bounds = this.bounds(px);
      const order = this.state.zones.map((zone, index) => index).filter((index) => this.isShown(this.state.zones[index], bounds));
      order.sort((a, b) => (b === this.state.chosen.zone) - (a === this.state.chosen.zone));
      const named = order.map((index) => this.named(this.state.zones[index], px));
      const places = JZ.labels.placed(named, bounds, this.groundBoxes(px));
      const nodes = places.flatMap((place, i) => (place ? this.nameNodes(named[i], place, px) : []));
      return [...nodes.filter((node) => node.tagName === "path"), ...nodes.filter((node) => node.tagName === "text")];
    }

    // Whether any of the zone lies in what is shown; a name alone at the border would mislead.
    isShown(zone, bounds) {
      const points = zone.polygon.map((p) => this.units(p));
      const [xs, ys] = [0, 1].map((k) => points.map((p) => p[k]));
      return Math.min(...xs) < bounds.right && Math.max(...xs) > bounds.left && Math.min(...ys) < bounds.bottom && Math.max(...ys) > bounds.top;
    }

    bounds(px) {
      const { x, y, zoom } = this.view;
      const margin = 2 * px;
      return { left: x + margin, top: y + margin, right: x + BASE / zoom - margin, bottom: y + this.height / zoom - margin };
    }

    named(zone, px) {
      const [x, y] = this.units(JZ.geo.centre(zone.polygon));
      const kind = this.labels[zone.kind] || zone.kind;
      const words = zone.name ? `${kind} ${zone.name}` : kind;
      return { zone, x, y, words, kind, width: this.wide(words) * px, short: this.wide(kind) * px, height: 17 * px };
    }

    // Pixels of the screen, with the white rim.
    wide(words) {
      if (!this.pen) this.pen = document.createElement("canvas").getContext("2d");
      this.pen.font = `700 13px ${getComputedStyle(this.svg).fontFamily}`;
      return this.pen.measureText(words).width + 6;
    }

    // The numbers of the ground points are in the way too.
    groundBoxes(px) {
      const { zone } = this.state;
      return ((zone && zone.ground_points) || []).map((p) => {
        const [x, y] = this.units(p);
        return { x, y: y - 8 * px, width: 22 * px, height: 36 * px };
      });
    }

    // A name that had to go aside is tied to its zone by a line.
    nameNodes(named, place, px) {
      const style = { x: place.x, y: place.y + 4.5 * px, "font-size": 13 * px, "text-anchor": "middle", class: "jz-label" };
      const text = make("text", { ...style, "stroke-width": 3.5 * px }, place.cut ? named.kind : named.words);
      const at = [place.x / BASE, place.y / this.height];
      if (JZ.geo.inside(named.zone.polygon, at) || Math.hypot(place.x - named.x, place.y - named.y) < 20 * px) return [text];
      const d = `M${place.x} ${place.y}L${named.x} ${named.y}`;
      const line = { d, fill: "none", "pointer-events": "none" };
      const colour = this.colours[named.zone.kind] || "#334155";
      return [make("path", { ...line, stroke: "#fff", "stroke-width": 3 * px }), make("path", { ...line, stroke: colour, "stroke-width": 1.5 * px }), text];
    }

    handles(zone, colour, px) {
      const nodes = [];
      zone.polygon.forEach((p, i) => {
        const [a, b] = [this.units(p), this.units(zone.polygon[(i + 1) % zone.polygon.length])];
        if (JZ.geo.distance(a, b) / px < 56) return;
        const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        nodes.push(make("circle", { cx: middle[0], cy: middle[1], r: 8 * px, fill: "#fff", "fill-opacity": 0.85, stroke: colour, "stroke-width": 1.5 * px }));
        nodes.push(make("path", { d: `M${middle[0] - 4 * px} ${middle[1]}h${8 * px}M${middle[0]} ${middle[1] - 4 * px}v${8 * px}`, stroke: colour, "stroke-width": 2 * px }));
      });
      zone.polygon.forEach((p, i) => {
        const [x, y] = this.units(p);
        const on = this.state.chosen.point === i;
        nodes.push(make("circle", { cx: x, cy: y, r: (on ? 10 : 8) * px, fill: on ? "#f2a900" : colour, stroke: "#fff", "stroke-width": 2.5 * px, class: "jz-handle" }));
      });
      return nodes;
    }

    openNodes(px) {
      const colour = this.colours[this.state.kind];
      const points = this.pending ? [...this.state.open, this.pending] : this.state.open;
      if (!points.length) return [];
      const nodes = [
        make("path", { d: this.path(points, points.length > 2), fill: colour, "fill-opacity": 0.25, stroke: "none" }),
        make("path", { d: this.path(points, false), fill: "none", stroke: "#fff", "stroke-width": 5 * px }),
        make("path", { d: this.path(points, false), fill: "none", stroke: colour, "stroke-width": 3 * px, class: "jz-open" }),
      ];
      points.forEach((p, i) => {
        const [x, y] = this.units(p);
        const first = i === 0 && this.state.open.length > 2;
        nodes.push(make("circle", { cx: x, cy: y, r: (first ? 12 : 7) * px, fill: first ? "#f2a900" : colour, stroke: "#fff", "stroke-width": 2.5 * px, class: "jz-handle" }));
      });
      return nodes;
    }

    groundNodes(zone, px) {
      const ground = zone.ground_points;
      const nodes = [];
      const grid = ground.length === 4 && !JZ.geo.groundProblem(ground, this.state.data.rules) ? JZ.geo.groundGrid(ground) : null;
      for (const line of grid ? grid.lines : []) {
        nodes.push(make("path", { d: this.path(line.points, false), fill: "none", stroke: "#fff", "stroke-opacity": 0.9, "stroke-width": 1.6 * px, class: "jz-grid" }));
      }
      if (grid && grid.bar) {
        nodes.push(make("path", { d: this.path(grid.bar.points, false), fill: "none", stroke: "#f2a900", "stroke-width": 5 * px, class: "jz-bar" }));
        const [x, y] = this.units(JZ.geo.centre(grid.bar.points));
        nodes.push(make("text", { x, y: y + 18 * px, "font-size": 13 * px, "text-anchor": "middle", class: "jz-label", "stroke-width": 3.5 * px }, `${grid.bar.metres} m`));
      }
      ground.forEach((p, i) => {
        const [x, y] = this.units(p);
        const r = 9 * px;
        nodes.push(make("path", { d: `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`, fill: "#f2a900", stroke: "#111827", "stroke-width": 2 * px, class: "jz-ground" }));
        nodes.push(make("text", { x, y: y - 13 * px, "font-size": 13 * px, "text-anchor": "middle", class: "jz-label", "stroke-width": 3.5 * px }, `${i + 1}`));
      });
      return nodes;
    }

    crosshair(point, px) {
      const [x, y] = this.units(point);
      const d = `M${x - 14 * px} ${y}h${28 * px}M${x} ${y - 14 * px}v${28 * px}`;
      return [make("path", { d, stroke: "#111827", "stroke-width": 4 * px }), make("path", { d, stroke: "#f2a900", "stroke-width": 2 * px })];
    }

    // -- The loupe: what is under the finger, beside it ----------------------------------------

    look(point, event) {
      this.loupeAt = point && event.pointerType === "touch" ? { point, event } : null;
      this.drawLoupe();
    }

    drawLoupe() {
      const at = this.loupeAt;
      this.loupe.hidden = !at;
      if (!at) return;
      const svg = this.loupe.querySelector("svg");
      const [x, y] = this.units(at.point.map((v) => Math.max(0, Math.min(1, v))));
      const side = 110 / (this.scale * 2.2);
      svg.setAttribute("viewBox", `${x - side / 2} ${y - side / 2} ${side} ${side}`);
      const inner = svg.querySelector("g");
      inner.replaceChildren(...[...this.shapes.children].map((node) => node.cloneNode(true)));
      const box = this.box.getBoundingClientRect();
      const left = at.event.clientX - box.left < box.width / 2;
      this.loupe.style.left = left ? "auto" : "8px";
      this.loupe.style.right = left ? "8px" : "auto";
    }
  }

  JZ.Stage = Stage;
  JZ.svg = make;
})();
