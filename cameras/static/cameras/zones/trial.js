// "Run this check on the last footage": asks, waits, and shows what the cameras' check says to these zones.
"use strict";
(() => {
  const { $, node, send } = JZ;
  const TONES = { SUPPORTED: "red", CONTRADICTED: "green", INCONCLUSIVE: "yellow", UNOBSERVABLE: "grey" };

  class Trial {
    constructor(state) {
      this.state = state;
      this.told = state.data.trial;
      this.words = state.data.words;
      if (!this.told) return;
      for (const choice of this.told.choices) $("trial-choice").append(node("option", { value: choice.slug }, choice.label));
      $("trial-go").addEventListener("click", () => this.run());
      state.onChange(() => this.suggest());
      this.suggest();
    }

    // The first check that the chosen kind of zone serves; without a chosen one that which the camera waits for, which
    // stands first, or else one that is served by what is drawn. Until the person chooses another.
    suggest() {
      const select = $("trial-choice");
      if (this.byHand || !select.options.length) return;
      select.onchange = () => { this.byHand = true; };
      const waits = this.state.data.needs.flatMap((need) => need.kinds);
      const drawn = this.state.zones.map((zone) => zone.kind);
      const kinds = this.state.zone ? [this.state.zone.kind] : waits.length ? waits : drawn;
      const fitting = this.told.choices.find((choice) => choice.kinds.some((kind) => kinds.includes(kind)));
      if (fitting) select.value = fitting.slug;
    }

    async run() {
      const { words } = this;
      const says = $("trial-says");
      if (this.state.open) this.state.finish();
      $("trial-go").disabled = true;
      $("trial-result").replaceChildren();
      says.textContent = words.trialWait;
      try {
        const answer = await send(this.told.url, { category: $("trial-choice").value, zones: this.state.zones });
        const told = await answer.json();
        if (!answer.ok) says.textContent = told.error || words.failed;
        else await this.wait(told.state_url);
      } catch (error) {
        says.textContent = words.failed;
      } finally {
        $("trial-go").disabled = false;
      }
    }

    async wait(url) {
      let pause = 1000;
      for (;;) {
        const answer = await fetch(url, { credentials: "same-origin" });
        const told = await answer.json();
        $("trial-says").textContent = told.words;
        if (told.state !== "WANTED") return this.show(told);
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 1.2, 4000);
      }
    }

    show(told) {
      if (!told.verdict) return;
      const badge = node("b", { className: `jz-verdict jsc-tone-${TONES[told.verdict] || "grey"}` }, told.verdict_label);
      const reasons = node("ul", {}, ...told.reasons.map((text) => node("li", {}, text)));
      const compared = node("ul", { className: "jz-compared" }, ...told.compared.map((text) => node("li", {}, text)));
      const figures = node("dl", {}, ...told.measurements.flatMap(([name, value]) => [node("dt", {}, name), node("dd", {}, value)]));
      const stills = told.stills.map((still) => {
        const image = node("img", { src: still.url, alt: still.caption, loading: "lazy" });
        return node("a", { href: still.url, target: "_blank", rel: "noopener" }, image);
      });
      $("trial-result").replaceChildren(badge, ...this.confirm(told.confirm), reasons, compared, figures, ...stills);
      badge.scrollIntoView({ block: "nearest" });
    }

    // The camera has turned: what is to be done before zones count again.
    confirm(told) {
      if (!told) return [];
      return [node("p", { className: "jz-need jz-moved" }, `${told.words} `, node("a", { className: "jsc-link", href: told.url }, told.label))];
    }
  }

  JZ.Trial = Trial;
})();
