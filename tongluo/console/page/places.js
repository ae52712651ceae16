// Choosing places: a list that nests as the areas do, searched by name or found by position.

import { h } from "./dom.js";
import { inside } from "./map.js";
import { say } from "./words.js";

function nested(areas) {
  const ids = new Set(areas.map((a) => a.id));
  const below = new Map();
  for (const a of areas) {
    const parent = ids.has(a.parent) ? a.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), a]);
  }
  const out = [];
  const walk = (parent, depth) => {
    for (const a of below.get(parent) ?? []) {
      out.push([a, depth]);
      walk(a.id, depth + 1);
    }
  };
  walk(null, 0);
  return out;
}

function locate(site, found) {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const at = [coords.latitude, coords.longitude];
      const fits = site.areas.filter((a) => a.outline.length > 2 && inside(at, a.outline));
      const parents = new Set(fits.map((a) => a.parent));
      found(fits.filter((a) => !parents.has(a.id))); // the smallest of those that nest
    },
    () => found(null),
    { maximumAge: 600_000, timeout: 10_000 },
  );
}

export function chooser({ site, language, chosen, exercises, push, first, done, dismiss }) {
  const t = (key, values) => say(language, key, values);
  const marked = new Set(chosen);
  const drill = h("input", { type: "checkbox", id: "exercises", checked: exercises });
  const called = push !== null && h("input", { type: "checkbox", id: "push", checked: push });
  const notice = h("p", { class: "notice", role: "status", hidden: true });
  const tell = (text) => {
    notice.textContent = text;
    notice.hidden = false;
  };
  const rows = nested(site.areas).map(([area, depth]) => {
    const box = h("input", { type: "checkbox", value: area.id, checked: marked.has(area.id), onchange: (e) => (e.target.checked ? marked.add(area.id) : marked.delete(area.id)) });
    const other = area.name[language === "zh-CN" ? "en-US" : "zh-CN"];
    const row = h("li", { class: `depth-${Math.min(depth, 4)}` }, h("label", {}, box, h("span", {}, area.name[language], h("small", {}, other))));
    return { area, box, row, words: `${area.name["zh-CN"]} ${area.name["en-US"]} ${area.id}`.toLowerCase() };
  });
  const search = h("input", { type: "search", id: "search", placeholder: t("find"), "aria-label": t("find"), autocomplete: "off",
    oninput: (e) => { for (const r of rows) r.row.hidden = !r.words.includes(e.target.value.trim().toLowerCase()); } });
  const mark = (areas) => {
    if (areas === null) return tell(t("found_not"));
    if (!areas.length) return tell(t("found_none"));
    for (const r of rows) if (areas.includes(r.area)) { marked.add(r.area.id); r.box.checked = true; }
    return tell(t("found", { place: areas.map((a) => a.name[language]).join("、") }));
  };
  const submit = (event) => {
    event.preventDefault();
    if (!marked.size) { tell(t("chosen_none")); return; }
    done([...marked], drill.checked, called ? called.checked : false);
  };
  return h("form", { class: "chooser", onsubmit: submit },
    h("h2", {}, t("choose")), h("p", { class: "hint" }, t("choose_hint")),
    h("div", { class: "tools" }, rows.length > 7 && search,
      "geolocation" in navigator && isSecureContext && h("button", { type: "button", class: "plain", onclick: () => locate(site, mark), title: t("here") }, t("find_me"))),
    h("ul", { class: "places" }, rows.map((r) => r.row)),
    h("label", { class: "part" }, drill, h("span", {}, t("part"))),
    called && h("label", { class: "part" }, called, h("span", {}, t("push"))),
    notice,
    h("div", { class: "pair" }, h("button", { type: "submit", class: "main", id: "start" }, t(first ? "start" : "save")),
      !first && h("button", { type: "button", class: "plain", onclick: dismiss }, t("cancel"))),
    h("p", { class: "small" }, t("privacy")));
}
