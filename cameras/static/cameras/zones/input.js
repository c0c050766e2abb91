// Mouse, finger, pen and keys on the picture. One finger draws, two move and zoom.
"use strict";
(() => {
  const REACH = { touch: 24, pen: 16, mouse: 12 };
  const STARTS = { touch: 9, pen: 5, mouse: 4 };

  class Input {
    constructor(stage, state) {
      this.stage = stage;
      this.state = state;
      this.pointers = new Map();
      this.act = null;
      const { svg } = stage;
      svg.addEventListener("pointerdown", (event) => this.down(event));
      svg.addEventListener("pointermove", (event) => this.move(event));
      svg.addEventListener("pointerup", (event) => this.up(event));
      svg.addEventListener("pointercancel", (event) => this.drop(event));
      svg.addEventListener("contextmenu", (event) => event.preventDefault());
      svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      svg.addEventListener("dblclick", () => this.state.open && this.state.finish());
      svg.addEventListener("keydown", (event) => this.key(event));
      document.addEventListener("keydown", (event) => this.steps(event));
    }

    // -- Pointers -------------------------------------------------------------------------

    down(event) {
      if (event.button > 1) return;
      event.preventDefault();
      this.stage.svg.focus({ preventScroll: true });
      this.stage.svg.setPointerCapture(event.pointerId);
      this.stage.cursor = null;
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size === 2) {
        this.abandon();
        this.act = { what: "pinch", from: this.spread() };
        return;
      }
      if (this.pointers.size > 2) return;
      const point = this.stage.point(event);
      this.act = { ...this.aim(point, event), start: event, was: this.state.snapshot(), moved: false };
      if (this.act.what === "add") this.hover(point, event);
    }

    // What a press at this place is about.
    aim(point, event) {
      const { state } = this;
      if (event.button === 1 || !state.data.mayDraw) return { what: "pan" };
      const reach = REACH[event.pointerType] || REACH.mouse;
      if (state.grounding) return this.aimGround(point, reach);
      if (state.open) return this.aimOpen(point, reach);
      const near = state.zone ? this.nearPoint(state.zone.polygon, point, reach) : -1;
      if (near >= 0) return { what: "point", at: near };
      const edge = state.zone ? this.nearEdge(state.zone.polygon, point, reach) : null;
      if (edge) return { what: "edge", ...edge };
      const hit = this.zoneAt(point);
      if (hit === null) return { what: "pan", clears: true };
      return hit === state.chosen.zone
        ? { what: "zone", from: JZ.copy(state.zone.polygon), grip: point }
        : { what: "choose", zone: hit };
    }

    aimGround(point, reach) {
      const ground = this.state.zone.ground_points || [];
      const near = this.nearPoint(ground, point, reach);
      if (near >= 0) return { what: "groundPoint", at: near };
      return ground.length < 4 ? { what: "ground" } : { what: "pan" };
    }

    aimOpen(point, reach) {
      const near = this.nearPoint(this.state.open, point, reach);
      if (near === 0 && this.state.open.length > 2) return { what: "close", at: 0 };
      return near >= 0 ? { what: "point", at: near } : { what: "add" };
    }

    nearPoint(points, point, reach) {
      let [best, at] = [reach, -1];
      points.forEach((p, i) => {
        const far = this.stage.pixels(p, point);
        if (far <= best) [best, at] = [far, i];
      });
      return at;
    }

    nearEdge(points, point, reach) {
      const { stage } = this;
      const at = stage.units(point);
      let found = null;
      points.forEach((p, i) => {
        const [a, b] = [stage.units(p), stage.units(points[(i + 1) % points.length])];
        const { far, t } = JZ.geo.nearest(at, a, b);
        if (far * stage.scale > Math.min(reach, 14) || (found && found.far <= far)) return;
        const middle = JZ.geo.distance(at, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]) * stage.scale;
        found = { insert: i + 1, far, onPlus: middle <= reach && t > 0 && t < 1 };
      });
      return found;
    }

    // The chosen zone first, then the smallest: a lamp inside a road must be within reach.
    zoneAt(point) {
      const { zones, chosen } = this.state;
      if (this.state.zone && JZ.geo.inside(this.state.zone.polygon, point)) return chosen.zone;
      const hits = zones.map((zone, i) => [JZ.geo.area(zone.polygon), i]).filter(([, i]) => JZ.geo.inside(zones[i].polygon, point));
      return hits.length ? hits.sort((a, b) => a[0] - b[0])[0][1] : null;
    }

    move(event) {
      if (!this.pointers.has(event.pointerId)) return;
      const last = this.pointers.get(event.pointerId);
      this.pointers.set(event.pointerId, event);
      const { act } = this;
      if (!act) return;
      if (act.what === "pinch") {
        if (this.pointers.size >= 2) this.pinch();
        return;
      }
      const travelled = Math.hypot(event.clientX - act.start.clientX, event.clientY - act.start.clientY);
      if (!act.moved && travelled < (STARTS[event.pointerType] || 4)) return;
      if (!act.moved) this.begun(act);
      act.moved = true;
      this.drag(act, event, last);
    }

    begun(act) {
      const { state } = this;
      if (act.what === "edge") {
        state.step();
        state.insert(this.stage.point(act.start), act.insert);
        this.act = Object.assign(act, { what: "point", at: act.insert });
      } else if (act.what === "close") {
        act.what = "point";
        state.step();
      } else if (["point", "zone", "groundPoint"].includes(act.what)) {
        state.step();
      } else if (act.what === "choose") {
        act.what = "pan";
      }
    }

    drag(act, event, last) {
      const point = this.stage.point(event);
      const { state } = this;
      if (act.what === "point") {
        state.chosen.point = state.open ? null : act.at;
        state.put(point, act.at);
        this.stage.look(point, event);
      } else if (act.what === "zone") {
        state.shift(act.from, [point[0] - act.grip[0], point[1] - act.grip[1]]);
      } else if (act.what === "groundPoint") {
        state.ground(point, act.at);
        this.stage.look(point, event);
      } else if (act.what === "add" || act.what === "ground") {
        this.hover(point, event);
      } else if (act.what === "pan") {
        this.stage.pan(event.clientX - last.clientX, event.clientY - last.clientY);
      }
    }

    // A point that is about to be set: it follows the finger, and stands where the finger leaves.
    hover(point, event) {
      this.stage.pending = this.state.open ? JZ.settled(point) : null;
      this.stage.look(point, event);
      this.stage.draw();
    }

    up(event) {
      const { act } = this;
      this.pointers.delete(event.pointerId);
      this.stage.pending = null;
      this.stage.look(null);
      if (act && act.what === "pinch") {
        if (this.pointers.size === 0) this.act = null;
        return;
      }
      this.act = null;
      if (act) this.settle(act, event);
      this.stage.draw();
    }

    settle(act, event) {
      const { state } = this;
      const point = this.stage.point(event);
      if (act.what === "add") state.add(point);
      else if (act.what === "close" && !act.moved) state.finish();
      else if (act.what === "ground") {
        state.step();
        state.ground(point, (state.zone.ground_points || []).length);
      } else if (act.moved) return;
      else if (act.what === "point" && !state.open) state.choose(state.chosen.zone, act.at);
      else if (act.what === "edge" && act.onPlus) {
        state.step();
        state.insert(point, act.insert);
      } else if (act.what === "choose") state.choose(act.zone);
      else if (act.what === "zone" || act.what === "edge") state.choose(state.chosen.zone);
      else if (act.clears) state.choose(null);
    }

    drop(event) {
      this.pointers.delete(event.pointerId);
      this.abandon();
      if (this.pointers.size === 0) this.act = null;
      this.stage.draw();
    }

    // What one finger had begun is not meant when a second comes down.
    abandon() {
      if (this.act && this.act.moved && this.act.was && this.act.was !== this.state.snapshot()) this.state.undo();
      this.stage.pending = null;
      this.stage.look(null);
    }

    // -- Moving and zooming -----------------------------------------------------------------

    spread() {
      const [a, b] = [...this.pointers.values()];
      return {
        apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
        clientX: (a.clientX + b.clientX) / 2,
        clientY: (a.clientY + b.clientY) / 2,
      };
    }

    pinch() {
      const [from, to] = [this.act.from, this.spread()];
      this.stage.pan(to.clientX - from.clientX, to.clientY - from.clientY);
      if (from.apart > 0) this.stage.zoomAt(this.stage.point(to), to.apart / from.apart);
      this.act.from = to;
    }

    wheel(event) {
      event.preventDefault();
      this.stage.zoomAt(this.stage.point(event), event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }

    // -- Keys ----------------------------------------------------------------------------------

    steps(event) {
      if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, select, textarea")) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) this.state.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) this.state.redo();
      else return;
      event.preventDefault();
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { state } = this;
      const did = this.arrow(event) || this.word(event);
      if (!did) return;
      event.preventDefault();
      state.tell();
    }

    word(event) {
      const { state, stage } = this;
      if (event.key === "Escape") {
        stage.cursor = null;
        if (state.open || state.grounding) state.cancel();
        else state.choose(null);
      } else if (!state.data.mayDraw) return false;
      else if (event.key === "Enter") return state.open ? state.finish() : false;
      else if (event.key === "Delete" || event.key === "Backspace") return this.removed();
      else if (event.key === " " && state.open && stage.cursor) state.add(stage.cursor);
      else if (event.key === "." || event.key === ",") return this.nextPoint(event.key === "." ? 1 : -1);
      else if (event.key === "+" || event.key === "-") stage.zoomAt(stage.cursor || [0.5, 0.5], event.key === "+" ? 1.4 : 1 / 1.4);
      else return false;
      return true;
    }

    removed() {
      const { state } = this;
      if (state.open) {
        if (!state.open.length) return false;
        state.step();
        state.open.pop();
      } else if (!state.removePoint()) state.removeZone();
      return true;
    }

    nextPoint(way) {
      const { state } = this;
      if (!state.zone) return false;
      const n = state.zone.polygon.length;
      state.choose(state.chosen.zone, ((state.chosen.point === null ? (way > 0 ? -1 : 0) : state.chosen.point) + way + n) % n);
      return true;
    }

    arrow(event) {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const way = ways[event.key];
      if (!way || !this.state.data.mayDraw) return false;
      const far = (event.shiftKey ? 16 : 2) / this.stage.scale;
      const delta = [(way[0] * far) / 1000, (way[1] * far) / this.stage.height];
      const { state, stage } = this;
      if (state.open) {
        const from = stage.cursor || [0.5, 0.5];
        stage.cursor = [0, 1].map((k) => Math.max(0, Math.min(1, from[k] + 4 * delta[k])));
      } else if (state.zone && state.chosen.point !== null) {
        state.step();
        const from = state.zone.polygon[state.chosen.point];
        state.put([from[0] + delta[0], from[1] + delta[1]], state.chosen.point);
      } else if (state.zone) {
        state.step();
        state.shift(state.zone.polygon, delta);
      } else return false;
      return true;
    }
  }

  JZ.Input = Input;
})();
