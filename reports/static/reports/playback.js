/* Waits until the excerpt is cut, then hands it to the player. Without a script the page asks to be loaded again. */
"use strict";
(() => {
  const box = document.querySelector("[data-look-state]");
  if (!box) return;
  const words = box.querySelector("[data-look-words]");
  const since = box.querySelector("[data-look-seconds]");
  const percent = box.querySelector("[data-look-percent]");
  const began = Date.now();
  let pause = 1000;

  const show = (video) => {
    video.src = video.dataset.src;
    video.hidden = false;
    box.hidden = true;
    video.load();
  };

  const ask = async () => {
    since.textContent = `${Math.round((Date.now() - began) / 1000)} s`;
    try {
      const answer = await fetch(box.dataset.lookState, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const told = await answer.json();
        if (told.state === "READY") return show(document.querySelector("video[data-src]"));
        words.textContent = told.words;
        if (percent && told.percent) {
          box.querySelector("progress").value = told.percent;
          percent.textContent = `· ${told.percent} %`;
        }
        if (told.state !== "WANTED") {
          box.querySelector("progress").remove();
          since.remove();
          return undefined;
        }
      }
    } catch (error) {
      /* The network is gone for a moment; the next question may get through. */
    }
    pause = Math.min(pause * 1.2, 5000);
    return setTimeout(ask, pause);
  };
  ask();
})();
