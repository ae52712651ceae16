// The map: outlines of the areas, drawn here; no tiles, nothing from outside.

import { h, s } from "./dom.js";
import { levelWord, say } from "./words.js";

const PAD = 18;
const FOOT = 16; // of the ruler
const KM_PER_DEGREE = 111.195;
const RANK = { blue: 1, yellow: 2, orange: 3, red: 4 };
const STEPS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200];

function bounds(areas) {
  const points = areas.flatMap((a) => a.outline);
  const lats = points.map((p) => p[0]);
  const lons = points.map((p) => p[1]);
  return { south: Math.min(...lats), north: Math.max(...lats), west: Math.min(...lons), east: Math.max(...lons) };
}

function projection(areas, width) {
  const box = bounds(areas);
  const shrink = Math.max(0.05, Math.cos(((box.south + box.north) / 2) * (Math.PI / 180)));
  const wide = Math.max((box.east - box.west) * shrink, 1e-3);
  const high = Math.max(box.north - box.south, 1e-3);
  const most = Math.min(width * 1.1, 520);
  const scale = Math.min((width - 2 * PAD) / wide, (most - 2 * PAD) / high);
  const height = Math.max(180, high * scale + 2 * PAD);
  const left = (width - wide * scale) / 2;
  const top = (height - high * scale) / 2;
  const place = ([lat, lon]) => [left + (lon - box.west) * shrink * scale, top + (box.north - lat) * scale];
  return { place, height, pixelsPerKm: scale / KM_PER_DEGREE };
}

const path = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`;

function size(points) {
  let sum = 0;
  for (let n = 0; n + 1 < points.length; n += 1) sum += points[n][0] * points[n + 1][1] - points[n + 1][0] * points[n][1];
  return Math.abs(sum / 2);
}

function middle(points) {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

// the highest warning of each area; an exercise is drawn hatched, and under an actual one
export function highest(warnings) {
  const found = new Map();
  for (const w of warnings) {
    if (w.act === "cancel") continue;
    const before = found.get(w.area);
    const weight = (v) => (v.exercise ? 0 : 10) + (RANK[v.level] ?? 0);
    if (!before || weight(w) > weight(before)) found.set(w.area, w);
  }
  return found;
}

function hatches() {
  return Object.keys(RANK).map((level) =>
    s("pattern", { id: `hatch-${level}`, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 8, height: 8, class: "ground" }), s("rect", { width: 4, height: 8, class: `fill-${level}` })),
  );
}

function labels(drawn, shown, chosen, language, width) {
  const taken = [];
  const out = [];
  const order = [...drawn].sort((a, b) => weight(b) - weight(a) || b.size - a.size);
  function weight(d) {
    return (shown.has(d.area.id) ? 4 : 0) + (chosen.has(d.area.id) ? 2 : 0);
  }
  for (const d of order) {
    const name = d.area.name[language];
    const wide = Array.from(name).reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 13 : 7.6), 0) + 8;
    const x = Math.min(Math.max(d.middle[0], wide / 2), width - wide / 2); // none is cut at an edge
    const y = d.middle[1];
    const box = [x - wide / 2, y - 9, x + wide / 2, y + 9];
    const clash = taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3]);
    if (clash || (d.isTop && !chosen.has(d.area.id))) continue;
    taken.push(box);
    out.push(s("text", { x: x.toFixed(1), y: (y + 4.5).toFixed(1), class: chosen.has(d.area.id) ? "name own" : "name" }, name));
  }
  return out;
}

function ruler(pixelsPerKm, width, height) {
  const km = STEPS.findLast((k) => k * pixelsPerKm <= width / 3) ?? STEPS[0];
  const long = km * pixelsPerKm;
  const [x, y] = [width - 14 - long, height - 12];
  return s("g", { class: "ruler" },
    s("path", { d: `M${x},${y - 4}v4h${long.toFixed(1)}v-4` }),
    s("text", { x: x + long / 2, y: y - 5 }, `${km} km`));
}

export function drawMap(site, warnings, places, language, width) {
  const areas = site.areas.filter((a) => a.outline.length > 2);
  if (!areas.length) return h("p", {}, "");
  const shown = highest(warnings);
  const { place, height, pixelsPerKm } = projection(areas, width);
  const chosen = new Set(places);
  const parents = new Set(areas.map((a) => a.parent));
  const byId = new Map(areas.map((a) => [a.id, a]));
  const warnedAround = (area) => {
    for (let up = byId.get(area.parent), n = 0; up && n < 10; up = byId.get(up.parent), n += 1) if (shown.has(up.id)) return true;
    return false;
  };
  const drawn = areas.map((area) => {
    const points = area.outline.map(place);
    return { area, points, size: size(points), middle: middle(points), isTop: parents.has(area.id) };
  });
  drawn.sort((a, b) => b.size - a.size);
  const list = [...shown.values()].map((w) => `${w.texts[language].place} ${levelWord(language, w.level)}`);
  const separator = language === "zh-CN" ? "，" : ", ";
  const told = list.length ? say(language, "map_some", { list: list.join(separator) }) : say(language, "map_none");
  return s("svg", { viewBox: `0 0 ${width} ${(height + FOOT).toFixed(0)}`, width, height: (height + FOOT).toFixed(0), role: "img", "aria-label": told, class: "map" },
    s("title", {}, told),
    s("defs", {}, hatches()),
    drawn.map(({ area, points }) => {
      const w = shown.get(area.id);
      // a village in a warned town shows the town's colour
      const kind = w ? (w.exercise ? `hatched-${w.level}` : `fill-${w.level}`) : warnedAround(area) ? "through" : "quiet";
      return s("path", { d: path(points), class: `area ${kind}`, "data-area": area.id });
    }),
    drawn.filter((d) => chosen.has(d.area.id)).map(({ points }) => s("path", { d: path(points), class: "own-edge" })),
    labels(drawn, shown, chosen, language, width),
    ruler(pixelsPerKm, width, height + FOOT));
}

export function legend(language) {
  return h("ul", { class: "legend", "aria-label": say(language, "legend") },
    ["red", "orange", "yellow", "blue"].map((level) => h("li", {}, h("span", { class: `dot level-${level}` }), levelWord(language, level))),
    h("li", {}, h("span", { class: "dot own" }), say(language, "places")));
}

// whether a point (latitude, longitude) lies inside an outline: rays to the east
export function inside([lat, lon], outline) {
  let odd = false;
  for (let n = 0, m = outline.length - 1; n < outline.length; m = n, n += 1) {
    const [a, b] = [outline[n], outline[m]];
    if (a[0] > lat !== b[0] > lat && lon < ((b[1] - a[1]) * (lat - a[0])) / (b[0] - a[0]) + a[1]) odd = !odd;
  }
  return odd;
}
