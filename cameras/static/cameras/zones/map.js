// Plain ground with north up: metres east and north of the camera, kelurahan outlines, no map service.
"use strict";
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const PER_LAT = 111195;
  const STEPS = [5, 10, 20, 50, 100, 200, 500, 1000];

  const make = (name, attributes = {}, text = "") => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  };

  const rings = (geometry) =>
    !geometry ? [] : geometry.type === "Polygon" ? geometry.coordinates : geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];

  class GroundMap {
    constructor(svg, lat, lon, north) {
      this.svg = svg;
      this.origin = [lon, lat];
      this.perLon = PER_LAT * Math.cos((lat * Math.PI) / 180);
      this.centre = [0, 0];
      this.span = 300;
      this.north = north;
      this.paint = () => [];
      new ResizeObserver(() => this.draw()).observe(svg);
    }

    // lon, lat <-> metres east, north.
    metres([lon, lat]) { return [(lon - this.origin[0]) * this.perLon, (lat - this.origin[1]) * PER_LAT]; }
    degrees([e, n]) { return [this.origin[0] + e / this.perLon, this.origin[1] + n / PER_LAT]; }

    get size() { return [this.svg.clientWidth || 600, this.svg.clientHeight || 400]; }
    get scale() { return Math.min(...this.size) / this.span; }

    // Metres -> drawing pixels, y down.
    xy([e, n]) {
      const [w, h] = this.size;
      return [w / 2 + (e - this.centre[0]) * this.scale, h / 2 - (n - this.centre[1]) * this.scale];
    }

    at(event) {
      const box = this.svg.getBoundingClientRect();
      const [w, h] = this.size;
      return [
        this.centre[0] + (event.clientX - box.left - w / 2) / this.scale,
        this.centre[1] - (event.clientY - box.top - h / 2) / this.scale,
      ];
    }

    zoom(factor, around = this.centre) {
      const span = Math.max(30, Math.min(12000, this.span / factor));
      const kept = span / this.span;
      this.centre = [0, 1].map((k) => around[k] + (this.centre[k] - around[k]) * kept);
      this.span = span;
      this.draw();
    }

    pan(dx, dy) {
      this.centre = [this.centre[0] - dx / this.scale, this.centre[1] + dy / this.scale];
      this.draw();
    }

    fit(points) {
      const spans = [0, 1].map((k) => [Math.min(...points.map((p) => p[k])), Math.max(...points.map((p) => p[k]))]);
      this.centre = spans.map(([low, high]) => (low + high) / 2);
      this.span = Math.max(80, 1.5 * Math.max(...spans.map(([low, high]) => high - low)));
      this.draw();
    }

    path(points, closed = true) {
      return points.length ? `M${points.map((p) => this.xy(p).map((v) => v.toFixed(1)).join(" ")).join("L")}${closed ? "Z" : ""}` : "";
    }

    shape(geometry, css, attributes = {}) {
      const d = rings(geometry).map((ring) => this.path(ring.map((p) => this.metres(p)))).join("");
      return make("path", { d, class: css, "fill-rule": "evenodd", "stroke-width": 1.5, ...attributes });
    }

    draw() {
      this.svg.replaceChildren(...this.grid(), ...this.paint(), ...this.furniture());
    }

    grid() {
      const step = STEPS.find((s) => s * this.scale >= 40) || 1000;
      const [w, h] = this.size;
      const [e0, e1] = [this.centre[0] - w / 2 / this.scale, this.centre[0] + w / 2 / this.scale];
      const [n0, n1] = [this.centre[1] - h / 2 / this.scale, this.centre[1] + h / 2 / this.scale];
      let d = "";
      for (let e = Math.ceil(e0 / step) * step; e <= e1; e += step) d += this.path([[e, n0], [e, n1]], false);
      for (let n = Math.ceil(n0 / step) * step; n <= n1; n += step) d += this.path([[e0, n], [e1, n]], false);
      return [make("path", { d, class: "jc-grid" })];
    }

    furniture() {
      const [w, h] = this.size;
      const step = [...STEPS].reverse().find((s) => s * this.scale <= 150) || STEPS[0];
      const length = step * this.scale;
      return [
        make("path", { d: `M16 ${h - 22}v6h${length}v-6`, class: "jc-line", "stroke-width": 2 }),
        make("text", { x: 16 + length / 2, y: h - 24, "font-size": 12, "text-anchor": "middle", class: "jc-label", "stroke-width": 3 }, `${step} m`),
        make("path", { d: `M${w - 22} 40V14m-6 9l6 -9l6 9`, class: "jc-line", "stroke-width": 2 }),
        make("text", { x: w - 22, y: 56, "font-size": 13, "text-anchor": "middle", class: "jc-label", "stroke-width": 3 }, this.north),
      ];
    }
  }

  JZ.GroundMap = GroundMap;
  JZ.mapNode = make;
  JZ.rings = rings;
})();
