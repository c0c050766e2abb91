// Where the names of zones stand: each at its zone, none on another, all within what is shown. Pure geometry, in the
// drawing's own units; the same way as ``cameras.drawings.labels_placed`` on the server.
"use strict";
(() => {
  const meet = (a, b) =>
    Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height;

  const held = (v, low, high) => (low > high ? (low + high) / 2 : Math.max(low, Math.min(high, v)));

  // Places around a point, the nearest first: up and down by lines, and half a name to either side.
  const around = ({ x, y, width, height }, bounds) => {
    const rows = Math.ceil((bounds.bottom - bounds.top) / height);
    const found = [];
    for (let row = -rows; row <= rows; row += 1) {
      for (const side of [0, -0.5, 0.5, -1, 1]) found.push([side * width, row * height]);
    }
    // A line's distance counts more than it measures: names side by side read worse than names beneath one another.
    found.sort((a, b) => Math.hypot(a[0] / 2, a[1]) - Math.hypot(b[0] / 2, b[1]));
    return found.map(([dx, dy]) => ({
      x: held(x + dx, bounds.left + width / 2, bounds.right - width / 2),
      y: held(y + dy, bounds.top + height / 2, bounds.bottom - height / 2),
      width,
      height,
    }));
  };

  // ``wanted``: {x, y, width, height, short} by importance, middle and size of each name; ``short``: width of a shorter
  // name, used where the whole one has no room. ``taken``: boxes to keep free. In the order of ``wanted``: the place,
  // with ``cut`` where it is for the shorter name, or null where even that has none.
  const placed = (wanted, bounds, taken = []) => {
    const boxes = [...taken];
    return wanted.map((one) => {
      for (const cut of [false, true]) {
        const size = { ...one, width: cut ? one.short : one.width };
        const free = around(size, bounds).find((box) => !boxes.some((other) => meet(box, other)));
        if (free) {
          boxes.push(free);
          return { ...free, cut };
        }
      }
      return null;
    });
  };

  JZ.labels = { placed };
})();
