// Puts the drawing page together. Without this file the page says that it needs JavaScript.
"use strict";
(() => {
  const { $ } = JZ;

  // True once the picture stands; false where it cannot be had, or nobody could hide the faces in it.
  JZ.showPicture = (stage, url) =>
    new Promise((done) => {
      const image = new Image();
      image.onload = () => {
        stage.show(url, image.naturalWidth, image.naturalHeight);
        $("empty").hidden = true;
        done(true);
      };
      image.onerror = () => done(false);
      image.src = url;
    });

  // The first that can be shown; the others by their buttons.
  const pictures = async (stage, data) => {
    const box = $("pictures");
    for (const one of data.pictures) {
      const button = JZ.node("button", { type: "button", className: "jz-small" }, one.label, JZ.node("small", {}, one.at));
      button.dataset.which = one.which;
      button.addEventListener("click", () => choose(stage, data, one));
      box.append(button);
    }
    for (const one of data.pictures) if (await choose(stage, data, one)) return;
    $("empty").hidden = false;
  };

  const choose = async (stage, data, one) => {
    const shown = await JZ.showPicture(stage, one.url);
    if (shown) {
      JZ.which = one.which;
      JZ.mark = one.mark;
    }
    else JZ.say(data.words.noPicture, "bad");
    for (const button of $("pictures").children) button.setAttribute("aria-pressed", String(shown && button.dataset.which === one.which));
    return shown;
  };

  const start = () => {
    const data = JSON.parse(document.getElementById("jz-data").textContent);
    const state = new JZ.State(data);
    const stage = new JZ.Stage($("stage"), state);
    state.onChange(() => stage.draw());
    new JZ.Panel(state, stage);
    new JZ.Input(stage, state);
    const net = new JZ.Net(state, stage);
    new JZ.Trial(state);
    pictures(stage, data);
    // Who comes to a camera that lacks a zone comes to draw it: the first tap is its first corner.
    const lacks = data.needs.length > 0 || data.zones.length === 0;
    if (data.mayDraw && lacks && !state.open && !state.dirty) state.begin(state.kind);
    JZ.page = { state, stage, net };
    document.body.dataset.jzReady = "1";
  };

  document.addEventListener("DOMContentLoaded", start);
})();
