// The camera's form: shows the fields of the chosen kind of source, and tries what stands in them.
// Without this file all groups stay visible, and the form works the same.
(() => {
  "use strict";

  const showChosen = (chosen) => {
    for (const group of document.querySelectorAll("fieldset.jsc-source")) {
      const shown = group.classList.contains(`jsc-source-${chosen}`);
      group.hidden = !shown;
      // Disabled: nothing of another kind is sent, and no browser fills a password into a field nobody sees.
      group.disabled = !shown;
    }
  };

  const line = (panel, step) => {
    const item = document.createElement("li");
    const outcome = step.ok === true ? "ok" : step.ok === false ? "failed" : "unknown";
    item.className = `jsc-trial-${outcome}`;
    const mark = document.createElement("span");
    mark.className = "jsc-trial-mark";
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", panel.dataset[outcome]);
    mark.textContent = { ok: "✓", failed: "✗", unknown: "–" }[outcome];
    const text = document.createElement("span");
    const label = document.createElement("b");
    label.textContent = step.label;
    text.append(label, ` ${step.words}`);
    if (step.detail) {
      const detail = document.createElement("small");
      detail.textContent = step.detail;
      text.append(detail);
    }
    const took = document.createElement("span");
    took.className = "jsc-trial-ms";
    took.textContent = `${step.ms} ms`;
    item.append(mark, text, took);
    return item;
  };

  const show = (panel, answer) => {
    const picture = panel.querySelector(".jsc-trial-picture");
    panel.querySelector(".jsc-trial-steps").append(...answer.steps.map((step) => line(panel, step)));
    const seen = answer.steps.some((step) => step.name === "decode" && step.ok);
    const state = [answer.ok ? panel.dataset.good : panel.dataset.bad];
    if (answer.picture) {
      picture.src = answer.picture;
      picture.hidden = false;
    } else if (seen) {
      state.push(panel.dataset.hidden);
    }
    return state.join(" ");
  };

  const tryOut = async (panel, button) => {
    const state = panel.querySelector(".jsc-trial-state");
    const picture = panel.querySelector(".jsc-trial-picture");
    panel.querySelector(".jsc-trial-steps").replaceChildren();
    picture.hidden = true;
    picture.removeAttribute("src");
    button.disabled = true;
    panel.classList.add("jsc-trial-busy");
    state.textContent = panel.dataset.running;
    try {
      const response = await fetch(panel.dataset.url, {
        method: "POST",
        body: new FormData(button.form),
        credentials: "same-origin",
        redirect: "error",
      });
      const answer = await response.json();
      state.textContent = answer.error || show(panel, answer);
    } catch {
      state.textContent = panel.dataset.lost;
    } finally {
      button.disabled = false;
      panel.classList.remove("jsc-trial-busy");
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const kind = document.getElementById("id_source_kind");
    if (!kind) return;
    showChosen(kind.value);
    kind.addEventListener("change", () => showChosen(kind.value));
    // A page taken back from the browser's memory has its old choice only after this.
    window.addEventListener("pageshow", () => showChosen(kind.value));
    for (const panel of document.querySelectorAll(".jsc-trial")) {
      const button = panel.querySelector(".jsc-trial-go");
      button.hidden = false;
      button.addEventListener("click", () => tryOut(panel, button));
    }
  });
})();
