// One warning as a card: level, what to do, by when, who says so; and what a person can answer.

import { h, s } from "./dom.js";
import { clock, levelWord, rankWord, say } from "./words.js";

const SIGNS = {
  rain: "M7 15a5 5 0 0 1 .6-9.9 6 6 0 0 1 11.3 1.6A4.2 4.2 0 0 1 18.500 15zM8 18l-1 3M12 18l-1 3M16 18l-1 3",
  water: "M2 9c2.500 0 2.500-2 5-2s2.500 2 5 2 2.500-2 5-2 2.500 2 5 2M2 14c2.500 0 2.500-2 5-2s2.500 2 5 2 2.500-2 5-2 2.500 2 5 2M2 19c2.500 0 2.500-2 5-2s2.500 2 5 2 2.500-2 5-2 2.500 2 5 2",
  slope: "M2 20L9 6l4 6 2-2.500L22 20zM15 4l1.500 1.500M19 6l1.500 1.500M17 9l1.500 1.500",
  fire: "M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-2.500 1.500-4 2.500-5 .3 1.600 1 2.600 2 3C10 8 10.500 4.500 12 2z",
};
const SIGN = {
  rainstorm: "rain", flash_flood: "water", river_flood: "water", waterlogging: "water", storm_surge: "water",
  landslide: "slope", debris_flow: "slope", forest_fire: "fire", fire_danger: "fire",
};

export function sign(hazard) {
  return s("svg", { class: "sign", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: SIGNS[SIGN[hazard]] ?? SIGNS.rain }));
}

function exercise(w, say1, place) {
  return w.exercise && h("p", { class: `exercise ${place}` }, say1(`exercise_${place}`));
}

function head(w, language, say1) {
  const text = w.texts[language];
  const over = w.act === "cancel";
  return h("header", { class: "head" },
    sign(w.hazard),
    h("div", {},
      h("p", { class: "grade" },
        h("strong", {}, over ? say1(w.mistaken ? "mistaken" : "all_clear") : `${levelWord(language, w.level)}${say1("warning")}`),
        h("span", {}, over ? `${say1("was")} ${levelWord(language, w.level)}` : rankWord(language, w.level))),
      h("h3", {}, `${text.place} · ${text.hazard}`)));
}

function facts(w, language, say1, now) {
  const text = w.texts[language];
  const at = (ms) => clock(language, w.zone, ms, now);
  const rows = [
    w.act !== "cancel" && [say1("by"), h("strong", {}, say1(w.urgency))],
    [say1("who"), `${text.sender} · ${at(w.sent)}`],
    w.act !== "cancel" && [say1("until"), at(w.expires)],
  ];
  return h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function more(w, language, say1, opened) {
  const text = w.texts[language];
  return h("details", { open: opened.has(w.event), ontoggle: (e) => (e.target.open ? opened.add(w.event) : opened.delete(w.event)) },
    h("summary", {}, say1("more")),
    h("dl", { class: "why" },
      h("dt", {}, say1("why")), h("dd", {}, text.why),
      text.policy && [h("dt", {}, say1("order")), h("dd", {}, text.policy)],
      text.note && !w.exercise && [h("dt", {}), h("dd", {}, text.note)],
      w.contact && [h("dt", {}, say1("contact")), h("dd", {}, w.contact)]),
    h("p", {}, h("a", { href: w.cap, target: "_blank", rel: "noopener" }, say1("cap"))));
}

// done: {read, safe, help}: each {time, waits} or undefined; act(kind) is called by a button
function answers(w, say1, at, done, act) {
  const told = (kind) => done[kind] && h("p", { class: `told told-${kind}` },
    h("span", { class: "tick", "aria-hidden": "true" }, "✓"),
    `${say1(`${kind}_at`, { time: at(done[kind].time) })} · ${say1(done[kind].waits ? "waiting" : "kept")}`);
  const button = (kind, look) => h("button", { type: "button", class: look, "data-act": kind, onclick: () => act(kind) }, say1(kind));
  return h("div", { class: "answers" },
    told("help"), told("safe"), !done.safe && !done.help && told("read"),
    !done.read && button("read", "main"),
    w.act !== "cancel" && h("div", { class: "pair" }, !done.safe && button("safe", "safe"), !done.help && button("help", "help")));
}

export function card(w, view) {
  const { language, now, online, done, act, opened } = view;
  const say1 = (key, values) => say(language, key, values);
  const at = (ms) => clock(language, w.zone, ms, now);
  const over = w.act === "cancel";
  const text = w.texts[language];
  return h("article", { class: `card ${over ? "over" : `level-${w.level}`}${w.exercise ? " drill" : ""}`, "data-warning": w.id, "data-event": w.event, "aria-label": text.headline },
    exercise(w, say1, "first"),
    head(w, language, say1),
    h("div", { class: "body" },
      !online && !over && w.expires < now && h("p", { class: "notice" }, say1("expired", { time: at(w.expires) })),
      h("p", { class: "asked" }, text.asked),
      h("p", { class: "todo" }, text.todo),
      facts(w, language, say1, now),
      answers(w, say1, at, done, act),
      more(w, language, say1, opened)),
    exercise(w, say1, "last"));
}

export function line(w, language, now) {
  const text = w.texts[language];
  return h("li", { class: `line ${w.act === "cancel" ? "over" : `level-${w.level}`}`, "data-warning": w.id },
    h("details", {},
      h("summary", {},
        w.exercise && h("b", {}, say(language, "exercise_first"), " "),
        h("span", { class: "badge" }, w.act === "cancel" ? say(language, "all_clear") : levelWord(language, w.level)),
        ` ${text.place} · ${text.hazard}`),
      h("p", {}, text.todo),
      h("p", { class: "small" }, `${say(language, "who")} ${text.sender} · ${clock(language, w.zone, w.sent, now)}`),
      w.exercise && h("p", {}, h("b", {}, say(language, "exercise_last")))));
}
