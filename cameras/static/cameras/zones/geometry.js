// Points, polygons and the ground plane: no page, no state. The rules are those of cameras/rules.py, so that a person
// hears at once what the server would say; the server says it again when it is asked to store.
"use strict";
window.JZ = {};
(() => {
  const cross = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

  const area = (points) =>
    Math.abs(points.reduce((sum, p, i) => {
      const q = points[(i + 1) % points.length];
      return sum + p[0] * q[1] - q[0] * p[1];
    }, 0)) / 2;

  const hull = (points) => {
    const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const half = (list) => {
      const out = [];
      for (const p of list) {
        while (out.length > 1 && cross(out[out.length - 2], out[out.length - 1], p) <= 0) out.pop();
        out.push(p);
      }
      out.pop();
      return out;
    };
    return [...half(sorted), ...half(sorted.reverse())];
  };

  const onSegment = (p, a, b) =>
    cross(a, b, p) === 0 &&
    Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1]);

  const meet = (a, b, c, d) => {
    const [d1, d2, d3, d4] = [cross(c, d, a), cross(c, d, b), cross(a, b, c), cross(a, b, d)];
    if (d1 * d2 < 0 && d3 * d4 < 0) return true;
    return onSegment(a, c, d) || onSegment(b, c, d) || onSegment(c, a, b) || onSegment(d, a, b);
  };

  // Whether the outline crosses, touches or runs back over itself.
  const crosses = (points) => {
    const ring = points.filter((p, i) => !same(p, points[(i + points.length - 1) % points.length]));
    const n = ring.length;
    for (let i = 0; i < n; i += 1) {
      const [a, b, c] = [ring[i], ring[(i + 1) % n], ring[(i + 2) % n]];
      if (cross(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0) return true;
      for (let j = i + 2; j < n; j += 1) {
        if (i === 0 && j === n - 1) continue;
        if (meet(a, b, ring[j], ring[(j + 1) % n])) return true;
      }
    }
    return false;
  };

  const isPoint = (p, width) => Array.isArray(p) && p.length === width && p.every((v) => Number.isFinite(v));

  const polygonProblem = (points, rules) => {
    if (!points.every((p) => isPoint(p, 2))) return "not_points";
    if (new Set(points.map(String)).size < 3) return "too_few";
    if (points.length > rules.maxPoints) return "too_many";
    if (points.some((p) => p.some((v) => v < 0 || v > 1))) return "outside";
    if (area(hull(points)) < rules.minArea) return "tiny";
    if (crosses(points)) return "crosses_itself";
    return area(points) < rules.minArea ? "tiny" : "";
  };

  const flat = (points, least) => {
    for (let i = 0; i < 4; i += 1) {
      const [a, b, c] = points.filter((_, k) => k !== i);
      if (Math.abs(cross(a, b, c)) / 2 < least) return true;
    }
    return false;
  };

  const groundProblem = (ground, rules) => {
    if (!ground || !ground.length) return "";
    if (ground.length !== 4 || !ground.every((p) => isPoint(p, 4))) return "ground_few";
    if (ground.some(([x, y]) => x < 0 || x > 1 || y < 0 || y > 1)) return "ground_outside";
    const picture = ground.map((p) => p.slice(0, 2));
    const metres = ground.map((p) => p.slice(2));
    return flat(picture, rules.pictureTriangle) || flat(metres, rules.groundTriangle) ? "degenerate" : "";
  };

  // -- The ground plane ------------------------------------------------------------------

  const solve = (matrix) => {
    const n = matrix.length;
    for (let i = 0; i < n; i += 1) {
      let best = i;
      for (let r = i + 1; r < n; r += 1) if (Math.abs(matrix[r][i]) > Math.abs(matrix[best][i])) best = r;
      if (Math.abs(matrix[best][i]) < 1e-12) return null;
      [matrix[i], matrix[best]] = [matrix[best], matrix[i]];
      for (let r = 0; r < n; r += 1) {
        if (r === i) continue;
        const f = matrix[r][i] / matrix[i][i];
        for (let c = i; c <= n; c += 1) matrix[r][c] -= f * matrix[i][c];
      }
    }
    return matrix.map((row, i) => row[n] / row[i]);
  };

  // Four pairs from -> to; the eight figures of the plane-to-plane mapping, or null.
  const homography = (from, to) => {
    const rows = [];
    from.forEach(([x, y], i) => {
      const [u, v] = to[i];
      rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
    });
    const found = solve(rows);
    return found && found.every(Number.isFinite) ? found : null;
  };

  // Null behind the horizon, where a point of the ground has no place in the picture.
  const mapped = (h, [x, y]) => {
    const w = h[6] * x + h[7] * y + 1;
    if (w <= 1e-6) return null;
    return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w];
  };

  const STEPS = [0.5, 1, 2, 5, 10, 20, 50, 100];

  // Lines of a metre grid under the four points and as far again around them, in picture coordinates.
  const groundGrid = (ground) => {
    const toPicture = homography(ground.map((p) => p.slice(2)), ground.map((p) => p.slice(0, 2)));
    if (!toPicture) return null;
    const [es, ns] = [2, 3].map((k) => ground.map((p) => p[k]));
    const [e0, e1, n0, n1] = [Math.min(...es), Math.max(...es), Math.min(...ns), Math.max(...ns)];
    const step = STEPS.find((s) => Math.max(e1 - e0, n1 - n0) / s <= 8) || 200;
    const lines = [];
    const draw = (fixed, along, at, lo, hi) => {
      const line = [];
      for (let k = 0; k <= 12; k += 1) {
        const value = lo + ((hi - lo) * k) / 12;
        const p = mapped(toPicture, along === "n" ? [at, value] : [value, at]);
        if (p) line.push(p);
      }
      if (line.length > 1) lines.push({ points: line, edge: fixed });
    };
    for (let e = Math.ceil(e0 / step) * step; e <= e1 + 1e-9; e += step) draw(false, "n", e, n0, n1);
    for (let n = Math.ceil(n0 / step) * step; n <= n1 + 1e-9; n += step) draw(false, "e", n, e0, e1);
    const bar = [[e0, n0], [Math.min(e0 + step, e1), n0]].map((m) => mapped(toPicture, m));
    return { step, lines, bar: bar.every(Boolean) ? { points: bar, metres: Math.min(step, e1 - e0) } : null };
  };

  // Longest and shortest side of the polygon's extent on the ground, in metres; null where it reaches the horizon.
  const extent = (polygon, ground) => {
    const toGround = homography(ground.map((p) => p.slice(0, 2)), ground.map((p) => p.slice(2)));
    const points = toGround ? polygon.map((p) => mapped(toGround, p)) : [];
    if (!points.length || points.some((p) => p === null)) return null;
    const spans = [0, 1].map((k) => Math.max(...points.map((p) => p[k])) - Math.min(...points.map((p) => p[k])));
    return spans.every((s) => s < 1000) ? spans : null;
  };

  const inside = (points, p) => {
    let found = false;
    points.forEach((a, i) => {
      const b = points[(i + 1) % points.length];
      if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) found = !found;
    });
    return found;
  };

  // The nearest place of a segment, and how far it is.
  const nearest = (p, a, b) => {
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length = dx * dx + dy * dy;
    const t = length ? Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length)) : 0;
    const there = [a[0] + t * dx, a[1] + t * dy];
    return { there, far: distance(p, there), t };
  };

  const centre = (points) => [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);

  JZ.geo = { area, crosses, polygonProblem, groundProblem, homography, mapped, groundGrid, extent, inside, nearest, distance, centre };
})();
