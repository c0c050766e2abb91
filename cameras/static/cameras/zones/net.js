// What the page asks of the server. A picture on the way is never lost: it is kept in this browser until it is stored.
"use strict";
(() => {
  const { $, node } = JZ;

  const send = (url, body) =>
    fetch(url, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
      body: JSON.stringify(body),
    });

  const say = (text, tone = "") => {
    const box = $("status");
    box.textContent = text;
    box.className = `jz-status${tone ? ` jz-${tone}` : ""}`;
  };

  class Net {
    constructor(state, stage) {
      this.state = state;
      this.stage = stage;
      this.data = state.data;
      this.words = state.data.words;
      this.key = `jz-zones-${this.data.camera.id}`;
      this.timer = null;
      this.restore();
      state.onChange(() => this.changed());
      window.addEventListener("beforeunload", (event) => { if (state.dirty && !this.leaving) event.preventDefault(); });
      const on = (name, act) => $(name) && $(name).addEventListener("click", act);
      on("save", () => this.save(false));
      on("save-next", () => this.save(true));
      on("skip", () => { this.leaving = true; });
      on("look", () => this.look());
      on("pole", () => this.pole());
      on("import", () => $("file").click());
      if ($("file")) $("file").addEventListener("change", () => this.importFile());
      this.changed();
    }

    // -- Kept in the browser ------------------------------------------------------------------

    changed() {
      const { state } = this;
      const { dirty } = state;
      for (const name of ["save", "save-next"]) if ($(name)) $(name).disabled = this.busy || (name === "save" && !dirty);
      if (dirty) {
        say(this.words.unsaved, "warn");
        this.keep();
      } else {
        this.forget();
        if ($("status").classList.contains("jz-warn")) say("");
      }
      clearTimeout(this.timer);
      if (dirty && !state.open) this.timer = setTimeout(() => this.check(), 500);
    }

    keep() {
      const { state } = this;
      try {
        sessionStorage.setItem(this.key, JSON.stringify({ version: state.version, zones: state.zones, open: state.open, kind: state.kind }));
      } catch (error) { /* A full or closed store only means that a reload forgets. */ }
    }

    forget() { sessionStorage.removeItem(this.key); }

    restore() {
      const { state } = this;
      try {
        const kept = JSON.parse(sessionStorage.getItem(this.key));
        if (!kept || !state.data.mayDraw) return;
        Object.assign(state, { zones: kept.zones, open: kept.open, kind: kept.kind });
        // Held against the version it was drawn on, so that a colleague's zones are not stored over.
        const old = kept.version !== state.version;
        state.version = kept.version;
        state.tell();
        $("note").textContent = old ? this.words.restoredOld : this.words.restored;
      } catch (error) {
        this.forget();
      }
    }

    // -- Rules and storing ----------------------------------------------------------------------

    async check() {
      const asked = JSON.stringify(this.state.zones);
      try {
        const answer = await send(this.data.urls.check, { zones: this.state.zones });
        if (!answer.ok || asked !== JSON.stringify(this.state.zones)) return;
        this.state.hear((await answer.json()).problems.filter((one) => one.zone !== null));
      } catch (error) { /* The server is asked again when it is to store. */ }
    }

    async save(goOn) {
      const { state, words } = this;
      if (state.open && state.open.length && !state.finish()) return say(words.tapMore, "bad");
      if (state.zones.some((_, index) => state.problems(index).length)) return say(words.refused, "bad");
      if (!state.dirty && goOn) return this.go();
      this.busy = true;
      this.changed();
      say(words.saving);
      try {
        const answer = await send(this.data.urls.save, { version: state.version, zones: state.zones, on: JZ.which, picture: JZ.mark });
        const told = await answer.json();
        this.busy = false;
        if (answer.status === 409) return this.conflict(told);
        if (!answer.ok) return this.refused(told);
        state.settle(told.version, told.zones);
        this.changed();
        $("note").textContent = "";
        this.met();
        say(told.words, "good");
        return goOn ? this.go() : undefined;
      } catch (error) {
        this.busy = false;
        this.changed();
        return say(words.failed, "bad");
      }
    }

    // What was wanted and is stored now is wanted no more.
    met() {
      const drawn = new Set(this.state.zones.map((zone) => zone.kind));
      for (const line of document.querySelectorAll("[data-need]")) {
        line.hidden = this.data.needs[line.dataset.need].kinds.some((kind) => drawn.has(kind));
      }
    }

    go() {
      this.leaving = true;
      location.assign(this.data.next.url);
    }

    refused(told) {
      const problems = told.problems || [];
      this.state.hear(problems.filter((one) => one.zone !== null));
      const general = problems.find((one) => one.zone === null);
      this.changed();
      say(told.error || (general ? general.words : this.words.refused), "bad");
    }

    // A colleague was faster: both versions are here, and the person says what becomes of them.
    conflict(theirs) {
      const { state, words } = this;
      this.changed();
      say("");
      const mine = JZ.copy(state.zones);
      const text = words.conflict.replace("%(who)s", theirs.who || words.somebody).replace("%(when)s", theirs.when);
      $("conflict-says").textContent = text;
      $("conflict").hidden = false;
      $("conflict").scrollIntoView({ block: "nearest" });
      const close = (act) => () => { act(); $("conflict").hidden = true; };
      const ids = new Set(theirs.zones.map((zone) => zone.id));
      const was = new Map(JSON.parse(state.stored).map((zone) => [zone.id, JSON.stringify(zone)]));
      $("keep-both").onclick = close(() => {
        // Theirs as it is, and of mine what I drew or changed.
        const own = mine.filter((zone) => zone.id === null || was.get(zone.id) !== JSON.stringify(zone));
        const changed = new Map(own.filter((zone) => ids.has(zone.id)).map((zone) => [zone.id, zone]));
        const merged = theirs.zones.map((zone) => changed.get(zone.id) || zone);
        this.rebase(theirs, [...merged, ...own.filter((zone) => !ids.has(zone.id)).map((zone) => ({ ...zone, id: null }))]);
      });
      $("keep-mine").onclick = close(() => this.rebase(theirs, mine.map((zone) => (ids.has(zone.id) ? zone : { ...zone, id: null }))));
      $("keep-theirs").onclick = close(() => { state.settle(theirs.version, theirs.zones); this.changed(); });
    }

    rebase(theirs, zones) {
      const { state } = this;
      state.settle(theirs.version, theirs.zones);
      state.step();
      state.zones = zones;
      state.tell();
    }

    // -- Files, the pole, a new picture -----------------------------------------------------------

    async importFile() {
      const [file] = $("file").files;
      $("file").value = "";
      if (!file) return;
      try {
        const content = JSON.parse(await file.text());
        const answer = await send(this.data.urls.check, { zones: content });
        const told = await answer.json();
        if (told.zones && told.zones.length) {
          this.state.append(told.zones);
          this.note(this.words.imported, told.zones.length);
        } else {
          const lines = (told.problems || []).map((one) => `${one.zone === null ? "" : `${one.zone + 1}: `}${one.words}`);
          say([this.words.badFile, ...lines.slice(0, 5)].join(" "), "bad");
        }
      } catch (error) {
        say(this.words.badFile, "bad");
      }
    }

    note(words, n) { $("note").textContent = words.replace("%(n)s", n); }

    async pole() {
      try {
        const { cameras } = await (await fetch(this.data.urls.pole, { credentials: "same-origin" })).json();
        const items = cameras.map((camera) => {
          const kinds = camera.zones.map((zone) => this.stage.labels[zone.kind]).join(", ");
          const button = node("button", { type: "button", className: "jz-item" }, node("b", {}, camera.code), ` ${camera.name}`, node("small", {}, kinds));
          button.addEventListener("click", () => {
            this.state.append(camera.zones);
            this.note(this.words.copied, camera.zones.length);
            $("pole-list").replaceChildren();
          });
          return node("li", {}, button);
        });
        $("pole-list").replaceChildren(...(items.length ? items : [node("li", { className: "jz-none" }, this.words.noPole)]));
      } catch (error) {
        say(this.words.failed, "bad");
      }
    }

    async look() {
      $("look").disabled = true;
      try {
        const answer = await send(this.data.urls.look, {});
        const told = await answer.json();
        if (!answer.ok) {
          say(told.error || this.words.failed, "bad");
          return;
        }
        say(told.words);
        await this.waitForLook(Date.parse(told.asked));
      } catch (error) {
        say(this.words.failed, "bad");
      } finally {
        $("look").disabled = false;
      }
    }

    async waitForLook(asked) {
      for (let turn = 0; turn < 60; turn += 1) {
        await new Promise((done) => setTimeout(done, 2500));
        const told = await (await fetch(this.data.urls.state, { credentials: "same-origin" })).json();
        if (told.still && Date.parse(told.still) >= asked) {
          say(this.words.lookCame, "good");
          return this.fresh(told.mark);
        }
        if (told.looked && Date.parse(told.looked) >= asked) return say(this.words.lookBad, "bad");
      }
      return say(this.words.lookLate, "bad");
    }

    // The new picture stands behind the drawing, which stays as it is.
    fresh(mark) {
      const url = this.data.urls.state.replace("keadaan/", `gambar/terakhir/?${Date.now()}`);
      JZ.which = "terakhir";
      JZ.mark = mark;
      return JZ.showPicture(this.stage, url);
    }
  }

  JZ.Net = Net;
  JZ.send = send;
  JZ.say = say;
})();
