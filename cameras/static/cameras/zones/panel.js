// What stands beside the picture: kinds, zones, names, metres, and what is wrong.
"use strict";
(() => {
  const $ = (name) => document.querySelector(`[data-jz="${name}"]`);

  const node = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made && key !== "list") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  class Panel {
    constructor(state, stage) {
      this.state = state;
      this.stage = stage;
      this.words = state.data.words;
      this.kinds();
      this.buttons();
      this.fields();
      state.onChange(() => this.draw());
      this.draw();
    }

    // -- Made once -------------------------------------------------------------------------

    kinds() {
      const box = $("kinds");
      for (const kind of this.state.data.kinds) {
        const dot = node("span", { className: "jz-dot" });
        dot.style.background = kind.colour;
        const button = node("button", { type: "button", className: "jz-kind", title: kind.label }, dot, kind.label);
        button.dataset.kind = kind.kind;
        if (kind.needed) button.append(node("small", {}, "★"));
        button.disabled = !this.state.data.mayDraw;
        button.addEventListener("click", () => {
          if (this.state.zone && this.state.zone.id === null && !this.state.open && this.recolouring) this.state.set("kind", kind.kind);
          else this.state.begin(kind.kind);
        });
        box.append(button);
        const option = node("option", { value: kind.kind }, kind.label);
        $("kind").append(option);
      }
    }

    buttons() {
      const { state, stage } = this;
      const on = (name, act) => $(name) && $(name).addEventListener("click", act);
      on("undo", () => state.undo());
      on("redo", () => state.redo());
      on("finish", () => state.finish());
      on("cancel", () => state.cancel());
      on("drop-point", () => state.removePoint());
      on("drop-zone", () => state.removeZone());
      on("closer", () => stage.zoomAt(this.middle(), 1.5));
      on("farther", () => stage.zoomAt(this.middle(), 1 / 1.5));
      on("fit", () => stage.fit());
      on("ground", () => this.startGround());
      on("ground-drop", () => { state.grounding = false; state.set("ground_points", undefined); });
      on("ground-fill", () => this.fillGround());
    }

    middle() {
      const box = this.stage.svg.getBoundingClientRect();
      return this.stage.point({ clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 });
    }

    fields() {
      $("kind").addEventListener("change", (event) => this.state.set("kind", event.target.value));
      $("name").addEventListener("change", (event) => this.state.set("name", event.target.value.trim()));
      for (let i = 0; i < 4; i += 1) {
        const inputs = ["e", "n"].map((axis, k) => {
          const input = node("input", { type: "number", step: "0.1", className: "jz-metre" });
          input.setAttribute("aria-label", `${i + 1} ${axis}`);
          input.addEventListener("change", () => this.metre(i, 2 + k, Number(input.value)));
          return input;
        });
        $("ground-rows").append(node("div", { className: "jz-ground-row" }, node("b", {}, String(i + 1)), ...inputs));
      }
    }

    metre(at, column, value) {
      const ground = this.state.zone && this.state.zone.ground_points;
      if (!ground || !ground[at] || !Number.isFinite(value)) return;
      this.state.step();
      ground[at][column] = value;
      this.state.tell();
    }

    startGround() {
      if (!this.state.zone) return;
      this.state.grounding = !this.state.grounding;
      this.state.tell();
    }

    // The four points as the corners of a rectangle, from two figures that a tape or a map gives.
    fillGround() {
      const [width, length] = ["ground-width", "ground-length"].map((name) => Number($(name).value));
      const ground = this.state.zone && this.state.zone.ground_points;
      if (!ground || ground.length !== 4 || !(width > 0) || !(length > 0)) return;
      this.state.step();
      ground.forEach((p, i) => p.splice(2, 2, ...JZ.corner(i, width, length)));
      this.state.tell();
    }

    // -- Drawn anew with every change -----------------------------------------------------------

    draw() {
      const { state } = this;
      for (const button of $("kinds").children) {
        button.setAttribute("aria-pressed", String(Boolean(state.open) && button.dataset.kind === state.kind));
      }
      $("undo").disabled = !state.past.length;
      $("redo").disabled = !state.future.length;
      $("finish").hidden = $("cancel").hidden = !state.open;
      $("finish").disabled = !state.open || state.open.length < 3;
      $("drop-zone").hidden = $("drop-point").hidden = Boolean(state.open) || !state.zone || !state.data.mayDraw;
      $("drop-point").disabled = !state.zone || state.chosen.point === null || state.zone.polygon.length <= 3;
      $("hint").textContent = this.hint();
      this.drawList();
      this.drawForm();
    }

    hint() {
      const { state, words } = this;
      if (state.grounding) return words.ground;
      if (state.open) {
        const n = state.open.length;
        return n === 0 ? words.tapFirst : n < 3 ? words.tapMore : words.tapClose;
      }
      return state.zone ? words.selected : words.chooseOne;
    }

    drawList() {
      const { state, words } = this;
      const items = state.zones.map((zone, index) => {
        const dot = node("span", { className: "jz-dot" });
        dot.style.background = this.stage.colours[zone.kind];
        const title = node("b", {}, this.stage.labels[zone.kind] || zone.kind);
        const button = node("button", { type: "button", className: "jz-item" }, dot, title, zone.name ? ` ${zone.name}` : "");
        button.append(node("small", {}, `${zone.polygon.length} ${words.points}${zone.ground_points ? " · ▦" : ""}${zone.id ? "" : " · ●"}`));
        button.setAttribute("aria-pressed", String(index === state.chosen.zone));
        button.addEventListener("click", () => { state.open = null; state.choose(index); });
        const item = node("li", {}, button);
        for (const text of state.problems(index)) item.append(node("p", { className: "jz-bad" }, text));
        return item;
      });
      const empty = node("li", { className: "jz-none" }, words.noZones);
      $("zones").replaceChildren(...(items.length ? items : [empty]));
    }

    drawForm() {
      const { state } = this;
      const zone = state.zone;
      $("form").hidden = !zone || !state.data.mayDraw;
      if (!zone) return;
      $("kind").value = zone.kind;
      if (document.activeElement !== $("name")) $("name").value = zone.name || "";
      const ground = zone.ground_points || [];
      $("ground").setAttribute("aria-pressed", String(state.grounding));
      $("ground-box").hidden = !ground.length && !state.grounding;
      $("ground-metres").hidden = ground.length !== 4;
      [...$("ground-rows").children].forEach((row, i) => {
        row.querySelectorAll("input").forEach((input, k) => {
          if (document.activeElement !== input) input.value = ground[i] ? ground[i][2 + k] : "";
        });
      });
      $("ground-says").textContent = this.extent(zone, ground);
    }

    extent(zone, ground) {
      if (ground.length !== 4 || JZ.geo.groundProblem(ground, this.state.data.rules)) return "";
      const spans = JZ.geo.extent(zone.polygon, ground);
      if (!spans) return "";
      const [short, long] = [...spans].sort((a, b) => a - b).map((m) => m.toFixed(1));
      return `${this.words.length} ± ${long} m, ${this.words.width} ± ${short} m`;
    }
  }

  JZ.Panel = Panel;
  JZ.$ = $;
  JZ.node = node;
})();
