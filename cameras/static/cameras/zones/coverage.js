// What the camera sees, by handles on the map and by numbers beside it; both always say the same.
"use strict";
(() => {
  const $ = (name) => document.querySelector(`[data-jz="${name}"]`);
  const NUMBERS = ["lat", "lon", "bearing_deg", "fov_deg", "range_m"];
  const RAD = Math.PI / 180;
  const REACH = { touch: 26, pen: 18, mouse: 13 };
  const AIM = { bearing_deg: 0, fov_deg: 70, range_m: 60 };
  const ALL_ROUND = 359;
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const DIGITS = { lat: 6, lon: 6, bearing_deg: 0, fov_deg: 0, range_m: 0 };
  const rounded = (name, value) => Number(value.toFixed(DIGITS[name]));

  class Coverage {
    constructor(data) {
      this.data = data;
      this.view = copy(data.view);
      this.seen = copy(data.view);
      this.past = [];
      this.open = null;
      this.mode = "";
      this.pointers = new Map();
      this.map = new JZ.GroundMap($("map").querySelector("svg"), data.view.lat, data.view.lon, data.words.north);
      this.map.paint = () => this.nodes();
      this.listen();
      this.tell();
      this.fit();
    }

    // -- What there is -----------------------------------------------------------------------

    get here() { return this.map.metres([this.view.lon, this.view.lat]); }
    get drawn() { return this.view.drawn_coverage; }
    // A polygon without holes can be pulled by its corners; anything else is shown, or drawn anew.
    get ring() {
      const d = this.drawn;
      return d && d.type === "Polygon" && d.coordinates.length === 1 ? d.coordinates[0].slice(0, -1).map((p) => this.map.metres(p)) : null;
    }
    get whole() { return this.view.fov_deg !== null && this.view.fov_deg >= ALL_ROUND; }
    get aimed() { return this.view.range_m !== null && this.view.fov_deg !== null && (this.whole || this.view.bearing_deg !== null); }
    get kind() { return this.drawn ? "drawn" : this.aimed ? "derived" : "assumed"; }
    get dirty() { return JSON.stringify(this.view) !== JSON.stringify(this.seen); }

    along(angle, metres) {
      const [e, n] = this.here;
      return [e + metres * Math.sin(angle * RAD), n + metres * Math.cos(angle * RAD)];
    }

    outline() {
      const { bearing_deg: bearing, fov_deg: fov, range_m: range } = this.view;
      if (!this.aimed || this.whole) {
        const radius = this.aimed ? range : this.data.rules.assumed_m;
        return Array.from({ length: 72 }, (_, i) => this.along(i * 5, radius));
      }
      const steps = Math.max(2, Math.ceil(fov / 5));
      const arc = Array.from({ length: steps + 1 }, (_, i) => this.along(bearing - fov / 2 + (fov * i) / steps, range));
      return [this.here, ...arc];
    }

    shown() { return this.drawn ? JZ.rings(this.drawn).flat().map((p) => this.map.metres(p)) : this.outline(); }

    // All around the camera, so that turning it leads nowhere out of sight.
    fit() {
      const reach = Math.max(...this.shown().map((p) => JZ.geo.distance(p, this.here)));
      this.map.fit(this.drawn ? [...this.shown(), this.here] : [0, 90, 180, 270].map((angle) => this.along(angle, reach)));
    }

    problem() {
      const ring = this.ring;
      if (!ring) return "";
      if (ring.length < 3 || JZ.geo.crosses(ring)) return this.data.words.crosses;
      const far = Math.max(...ring.map((p) => JZ.geo.distance(p, this.here)));
      return far > this.data.rules.reach_m ? this.data.words.far : "";
    }

    // -- Drawing -------------------------------------------------------------------------------

    nodes() {
      const { map, data } = this;
      const make = JZ.mapNode;
      const nodes = data.outlines.map((one) => map.shape(one.geometry, "jc-outline"));
      for (const one of data.outlines) nodes.push(this.nameOf(one));
      for (const one of data.neighbours) {
        nodes.push(map.shape(one.geometry, one.assumed ? "jc-seen jc-assumed" : "jc-seen", one.assumed ? { "stroke-dasharray": "4 4" } : {}));
      }
      nodes.push(this.own());
      for (const one of data.neighbours) {
        const [x, y] = map.xy(map.metres([one.lon, one.lat]));
        const dot = make("circle", { cx: x, cy: y, r: 5, class: "jc-dot", "stroke-width": 1.5 });
        dot.append(make("title", {}, `${one.code} ${one.name}`));
        nodes.push(dot);
      }
      const [x, y] = map.xy(this.here);
      nodes.push(make("circle", { cx: x, cy: y, r: this.mode === "move" ? 12 : 8, class: this.mode === "move" ? "jc-handle" : "jc-me", "stroke-width": 2.5 }));
      return [...nodes, ...(data.mayEdit ? this.handles() : [])];
    }

    nameOf(outline) {
      const points = JZ.rings(outline.geometry).flat().map((p) => this.map.metres(p));
      const [x, y] = this.map.xy(JZ.geo.centre(points));
      return JZ.mapNode("text", { x, y, "font-size": 12, "text-anchor": "middle", class: "jc-name", "stroke-width": 3 }, outline.name);
    }

    own() {
      const css = `jc-mine${this.kind === "assumed" ? " jc-assumed" : ""}${this.problem() ? " jc-bad" : ""}`;
      const more = { "stroke-width": 2.5, ...(this.kind === "assumed" ? { "stroke-dasharray": "8 6" } : {}) };
      if (this.drawn) return this.map.shape(this.drawn, css, more);
      return JZ.mapNode("path", { d: this.map.path(this.outline()), class: css, ...more });
    }

    handles() {
      const { map } = this;
      const make = JZ.mapNode;
      if (this.open) {
        const line = make("path", { d: map.path(this.open, false), class: "jc-line", "stroke-width": 2.5 });
        return [line, ...this.open.map((p, i) => this.knob(p, i === 0 && this.open.length > 2 ? 12 : 7))];
      }
      if (this.ring) return this.ring.map((p) => this.knob(p, 8));
      if (!this.aimed || this.drawn) return [];
      const found = this.grips();
      const nodes = found.bearing ? [make("path", { d: map.path([this.here, found.bearing], false), class: "jc-line", "stroke-width": 1.5, "stroke-dasharray": "5 4" })] : [];
      for (const [name, p] of Object.entries(found)) nodes.push(this.knob(p, name === "bearing" ? 12 : 8));
      const [x, y] = map.xy(found.range);
      const said = `${Math.round(this.view.range_m)} m${this.whole ? "" : ` · ${Math.round(this.view.bearing_deg)}°`}`;
      nodes.push(make("text", { x, y: y - 16, "font-size": 13, "text-anchor": "middle", class: "jc-label", "stroke-width": 4 }, said));
      return nodes;
    }

    knob(p, r) {
      const [x, y] = this.map.xy(p);
      return JZ.mapNode("circle", { cx: x, cy: y, r, class: "jc-handle", "stroke-width": 2 });
    }

    grips() {
      const { bearing_deg: bearing, fov_deg: fov, range_m: range } = this.view;
      if (this.whole) return { range: this.along(90, range) };
      return {
        range: this.along(bearing, range),
        bearing: this.along(bearing, range + 42 / this.map.scale),
        left: this.along(bearing - fov / 2, range),
        right: this.along(bearing + fov / 2, range),
      };
    }

    // -- Changing --------------------------------------------------------------------------------

    step() {
      this.past.push(JSON.stringify(this.view));
      if (this.past.length > 200) this.past.shift();
    }

    set(values) {
      for (const [name, value] of Object.entries(values)) this.view[name] = value === null ? null : rounded(name, value);
      this.tell();
    }

    setRing(points) {
      const ring = points.map((p) => this.map.degrees(p).map((v) => Number(v.toFixed(7))));
      this.view.drawn_coverage = { type: "Polygon", coordinates: [[...ring, ring[0]]] };
      this.tell();
    }

    pull(what, at) {
      const [e, n] = [at[0] - this.here[0], at[1] - this.here[1]];
      const angle = (Math.atan2(e, n) / RAD + 360) % 360;
      const { rules } = this.data;
      if (what === "bearing") this.set({ bearing_deg: Math.round(angle) % 360 });
      else if (what === "range") this.set({ range_m: Math.max(rules.range_m[0], Math.min(rules.range_m[1], Math.hypot(e, n))) });
      else if (what === "left" || what === "right") {
        const apart = Math.abs(((angle - this.view.bearing_deg + 540) % 360) - 180);
        this.set({ fov_deg: Math.max(2, Math.min(358, 2 * apart)) });
      } else if (what === "camera") {
        const [lon, lat] = this.map.degrees(at);
        this.set({ lat, lon });
      } else if (what.startsWith("corner")) {
        const ring = this.ring;
        ring[Number(what.slice(6))] = at;
        this.setRing(ring);
      }
    }

    // -- Hand and keys ------------------------------------------------------------------------------

    aim(at, reach) {
      const far = (p) => JZ.geo.distance(p, at) * this.map.scale;
      if (!this.data.mayEdit) return { what: "pan" };
      if (this.open) return this.open.length > 2 && far(this.open[0]) <= reach ? { what: "close" } : { what: "add" };
      if (this.mode === "move") return far(this.here) <= reach * 1.5 ? { what: "camera" } : { what: "pan" };
      const ring = this.ring;
      if (ring) return this.aimRing(ring, at, reach);
      if (!this.aimed || this.drawn) return { what: "pan" };
      const near = Object.entries(this.grips()).map(([name, p]) => [far(p), name]).sort((a, b) => a[0] - b[0])[0];
      if (near[0] <= reach) return { what: near[1] };
      return this.onArc(at, reach) ? { what: "range" } : { what: "pan" };
    }

    aimRing(ring, at, reach) {
      const { scale } = this.map;
      const corners = ring.map((p, i) => [JZ.geo.distance(p, at) * scale, i]).sort((a, b) => a[0] - b[0]);
      if (corners[0][0] <= reach) return { what: `corner${corners[0][1]}` };
      for (let i = 0; i < ring.length; i += 1) {
        if (JZ.geo.nearest(at, ring[i], ring[(i + 1) % ring.length]).far * scale <= reach * 0.6) return { what: `corner${i + 1}`, insert: i + 1 };
      }
      return { what: "pan" };
    }

    onArc(at, reach) {
      const [e, n] = [at[0] - this.here[0], at[1] - this.here[1]];
      if (Math.abs(Math.hypot(e, n) - this.view.range_m) * this.map.scale > reach * 0.7) return false;
      const apart = Math.abs(((Math.atan2(e, n) / RAD - (this.view.bearing_deg || 0) + 540) % 360) - 180);
      return this.whole || apart <= this.view.fov_deg / 2;
    }

    listen() {
      const { svg } = this.map;
      svg.addEventListener("pointerdown", (event) => this.down(event));
      svg.addEventListener("pointermove", (event) => this.move(event));
      svg.addEventListener("pointerup", (event) => this.up(event));
      svg.addEventListener("pointercancel", (event) => { this.pointers.delete(event.pointerId); this.act = null; });
      svg.addEventListener("wheel", (event) => { event.preventDefault(); this.map.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.map.at(event)); }, { passive: false });
      svg.addEventListener("keydown", (event) => this.key(event));
      window.addEventListener("beforeunload", (event) => { if (this.dirty && !this.leaving) event.preventDefault(); });
      for (const name of NUMBERS) $(name).addEventListener("change", (event) => this.typed(name, event.target.value));
      for (const name of NUMBERS) $(name).disabled = !this.data.mayEdit;
      const on = (name, act) => $(name) && $(name).addEventListener("click", () => { act(); this.tell(); });
      on("undo", () => { if (this.past.length) this.view = JSON.parse(this.past.pop()); });
      on("closer", () => this.map.zoom(1.5));
      on("farther", () => this.map.zoom(1 / 1.5));
      on("fit", () => this.fit());
      on("aim", () => { this.step(); for (const [name, value] of Object.entries(AIM)) if (this.view[name] === null) this.view[name] = value; this.fit(); });
      on("draw", () => { this.open = this.open ? null : []; this.mode = ""; });
      on("finish", () => this.finish());
      on("drop", () => { this.step(); this.view.drawn_coverage = null; });
      on("move", () => { this.mode = this.mode === "move" ? "" : "move"; this.open = null; });
      if ($("save")) $("save").addEventListener("click", () => this.save());
    }

    down(event) {
      event.preventDefault();
      const { svg } = this.map;
      svg.focus({ preventScroll: true });
      svg.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size === 2) this.act = { what: "pinch" };
      else if (this.pointers.size === 1) this.act = { ...this.aim(this.map.at(event), REACH[event.pointerType] || 13), moved: false, start: event };
    }

    move(event) {
      const last = this.pointers.get(event.pointerId);
      if (!last || !this.act) return;
      if (this.act.what === "pinch") this.pinch(event, last);
      this.pointers.set(event.pointerId, event);
      const { act } = this;
      if (["pinch", "close", "add"].includes(act.what)) return;
      if (!act.moved && Math.hypot(event.clientX - act.start.clientX, event.clientY - act.start.clientY) < 4) return;
      if (!act.moved && act.what !== "pan") this.begin(act, event);
      act.moved = true;
      if (act.what === "pan") this.map.pan(event.clientX - last.clientX, event.clientY - last.clientY);
      else this.pull(act.what, this.map.at(event));
    }

    begin(act, event) {
      this.step();
      if (act.insert === undefined) return;
      const ring = this.ring;
      ring.splice(act.insert, 0, this.map.at(event));
      this.setRing(ring);
    }

    pinch(event, last) {
      const other = [...this.pointers.values()].find((one) => one.pointerId !== event.pointerId);
      if (!other) return;
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      this.map.pan((event.clientX - last.clientX) / 2, (event.clientY - last.clientY) / 2);
      if (apart(last) > 0) this.map.zoom(apart(event) / apart(last), this.map.at({ clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 }));
    }

    up(event) {
      this.pointers.delete(event.pointerId);
      const { act } = this;
      if (this.pointers.size === 0) this.act = null;
      if (!act || act.moved) return;
      if (act.what === "add") this.open.push(this.map.at(event));
      else if (act.what === "close") this.finish();
      this.tell();
    }

    finish() {
      if (!this.open || this.open.length < 3) return;
      this.step();
      const ring = this.open;
      this.open = null;
      this.setRing(ring);
    }

    key(event) {
      const turn = { ArrowLeft: ["bearing_deg", -1], ArrowRight: ["bearing_deg", 1], ArrowUp: ["range_m", 1], ArrowDown: ["range_m", -1] }[event.key];
      if (event.key === "Escape") { this.open = null; this.mode = ""; }
      else if (event.key === "Enter" && this.open) this.finish();
      else if (turn && this.data.mayEdit && this.aimed && !this.drawn && this.view[turn[0]] !== null) {
        this.step();
        const by = turn[1] * (event.shiftKey ? 10 : 1);
        if (turn[0] === "bearing_deg") this.set({ bearing_deg: (this.view.bearing_deg + by + 360) % 360 });
        else this.set({ range_m: Math.max(1, Math.min(2000, this.view.range_m + by)) });
      } else return;
      event.preventDefault();
      this.tell();
    }

    typed(name, text) {
      const value = text.trim() === "" ? null : Number(text);
      if (value !== null && !Number.isFinite(value)) return this.tell();
      if (value === null && (name === "lat" || name === "lon")) return this.tell();
      this.step();
      this.view[name] = value;
      return this.tell();
    }

    // -- Telling ------------------------------------------------------------------------------------

    tell() {
      const { words } = this.data;
      for (const name of NUMBERS) if (document.activeElement !== $(name)) $(name).value = this.view[name] ?? "";
      const toggle = (name, shown) => { if ($(name)) $(name).hidden = !shown; };
      toggle("aim", !this.aimed && !this.drawn && !this.open);
      toggle("finish", Boolean(this.open));
      toggle("drop", Boolean(this.drawn) && !this.open);
      if ($("draw")) $("draw").setAttribute("aria-pressed", String(Boolean(this.open)));
      if ($("move")) $("move").setAttribute("aria-pressed", String(this.mode === "move"));
      if ($("finish")) $("finish").disabled = !this.open || this.open.length < 3;
      $("undo").disabled = !this.past.length;
      $("hint").textContent = this.open ? words.drawing : this.mode === "move" ? words.move : this.drawn ? words.drawn : this.aimed ? words.hint : words.assumed;
      $("kind").textContent = this.dirty ? "" : this.data.kindWords;
      const problem = this.problem();
      if ($("save")) $("save").disabled = !this.dirty || Boolean(problem);
      this.say(problem || (this.dirty ? words.unsaved : ""), problem ? "bad" : "warn");
      this.map.draw();
    }

    say(text, tone) {
      $("status").textContent = text;
      $("status").className = `jz-status jz-${tone}`;
    }

    async save() {
      const { words, urls } = this.data;
      $("save").disabled = true;
      this.say(words.saving, "warn");
      try {
        const answer = await fetch(urls.save, {
          method: "POST",
          credentials: "same-origin",
          redirect: "error",
          headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
          body: JSON.stringify({ view: this.view, seen: this.seen }),
        });
        const told = await answer.json();
        if (answer.ok) this.take(told, true);
        else if (answer.status === 409) this.take(told, false);
        else this.refuse(told);
      } catch (error) {
        $("save").disabled = false;
        this.say(words.failed, "bad");
      }
    }

    // What the server has now. After a conflict the own drawing stays on the map, held against theirs.
    take(told, own) {
      this.seen = copy(told.view);
      this.data.kindWords = told.kindWords;
      if (own) this.view = copy(told.view);
      this.tell();
      this.say(told.words, own ? "good" : "bad");
    }

    refuse(told) {
      $("save").disabled = false;
      this.say(told.error || told.problems.map((one) => `${one.field}: ${one.words}`).join("; "), "bad");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    JZ.coverage = new Coverage(JSON.parse(document.getElementById("jc-data").textContent));
  });
})();
