// The page: what it knows, what it shows, and what it does when a warning comes.

import { Alarm } from "./alarm.js";
import { ask } from "./ask.js";
import { card, line } from "./cards.js";
import { byId, h } from "./dom.js";
import { Feed } from "./feed.js";
import { draw, installation, keep, load } from "./kept.js";
import { drawMap, legend } from "./map.js";
import { Outbox } from "./outbox.js";
import { chooser } from "./places.js";
import { possible, unsubscribe, subscribe } from "./push.js";
import { clock, LANGUAGES, say } from "./words.js";

const RANK = { none: 0, blue: 1, yellow: 2, orange: 3, red: 4 };
const NIGHT_SHIFT = 250; // answers kept

const know = {
  language: load("language", navigator.language.startsWith("zh") || !navigator.language ? "zh-CN" : "en-US"),
  site: load("site", null),
  places: load("places", []),
  exercises: load("exercises", false),
  push: load("push", false), // whether pushes are wanted
  pushed: "", // "on", or "failed"
  warnings: load("warnings", []), // the newest version of each event
  heardAt: load("heardAt", 0), // when the console was last heard, by its clock
  shift: 0, // its clock minus ours, ms
  said: load("said", {}), // event -> {rung, read, safe, help}
  online: false,
  choosing: false,
  opened: new Set(),
};

const t = (key, values) => say(know.language, key, values);
const now = () => Date.now() + know.shift;
const zone = () => know.site?.zone ?? "Asia/Shanghai";
const at = (ms) => clock(know.language, zone(), ms, now());
const registration = () =>
  know.places.length && know.site
    ? { installation: installation(), places: know.places, exercises: know.exercises, language: know.language }
    : null;

const alarm = new Alarm(() => showAlarm());
const outbox = new Outbox(registration, () => show());
const feed = new Feed(hear, (up) => {
  know.online = up;
  if (up) outbox.flush();
  show();
});

function heard(area) {
  return know.site?.areas.some((a) => know.places.includes(a.id) && a.hears.includes(area)) ?? false;
}

// ---- what comes

function hear(kind, message) {
  if (message.now) {
    know.shift = message.now - Date.now();
    know.heardAt = message.now;
    keep("heardAt", message.now);
  }
  if (kind === "state") know.warnings = message.warnings;
  if (kind === "warning") merge(message);
  if (kind !== "beat") taken(kind === "state" ? message.warnings : [message]);
  if (message.site && message.site !== know.site?.digest) refresh();
  else show();
}

function merge(version) {
  const before = know.warnings.find((w) => w.event === version.event);
  if (before && before.version > version.version) return;
  know.warnings = [...know.warnings.filter((w) => w.event !== version.event), version];
  know.heardAt = now();
}

// an exercise stops where an actual warning begins (law 6)
function inForce() {
  const real = new Set(know.warnings.filter((w) => !w.exercise && w.act !== "cancel").map((w) => w.area));
  return know.warnings.filter((w) => (!w.exercise || (know.exercises && !real.has(w.area))) && stands(w));
}

// while nothing can be heard, a warning that ran out is not taken away: that is no all-clear (law 3)
function stands(w) {
  return w.act === "cancel" || !know.online || w.expires > now();
}

function taken(versions) {
  keep("warnings", know.warnings);
  const own = versions.filter((w) => heard(w.area) && (!w.exercise || know.exercises));
  for (const w of own) performance.mark(w.id); // when it came, by this page's own clock
  if (own.length && know.places.length) {
    outbox.add("/receipts", { installation: installation(), warnings: own.map((w) => w.id), state: "delivered", time: Math.round(now()) });
  }
  for (const w of own) alert(w);
}

// rings for what is new, higher, or over; not for a renewal of what is known
function alert(w) {
  const said = (know.said[w.event] ??= {});
  const weight = w.act === "cancel" ? -1 : RANK[w.level];
  const news = said.rung === undefined ? weight >= 0 : w.act === "cancel" ? said.rung >= 0 : weight > said.rung;
  if (!inForce().includes(w) || !news) {
    if (weight >= 0 && said.rung !== undefined) said.rung = weight; // lowered: another rise rings again
    return keep("said", know.said);
  }
  know.said[w.event] = { rung: weight };
  keep("said", Object.fromEntries(Object.entries(know.said).slice(-NIGHT_SHIFT)));
  alarm.ring(w.act === "cancel" ? "clear" : w.level);
  const last = w.exercise ? t("exercise_last") : "";
  byId("spoken").textContent = `${w.texts[know.language].headline}。${w.texts[know.language].todo} ${last}`;
  if (!document.querySelector("dialog[open]")) scrollTo({ top: 0 });
  notify(w);
}

async function notify(w) {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const worker = await navigator.serviceWorker?.ready;
  const text = w.texts[know.language];
  const data = { id: w.id, version: w.version, area: w.area, exercise: w.exercise }; // as a push has it
  worker?.showNotification(text.headline, { body: text.todo, tag: w.event, icon: "/icon-192.png", requireInteraction: true, data });
}

async function refresh() {
  try {
    const response = await fetch("/site.json", { credentials: "omit" });
    if (!response.ok) return;
    know.site = await response.json();
    keep("site", know.site);
    const there = new Set(know.site.areas.map((a) => a.id));
    know.places = know.places.filter((p) => there.has(p));
    taken(know.warnings);
    pushes();
  } finally {
    show();
  }
}

// ---- what a person does

function answer(w, kind) {
  if (kind === "read") {
    alarm.stop();
    mark(w, "read", null);
    outbox.add("/receipts", { installation: installation(), warnings: [w.id], state: "acknowledged", time: Math.round(now()) });
  } else if (kind === "safe") say1(w, "safe", "", "");
  else ask({ kind: "help", language: know.language, contact: w.contact, send: (text) => say1(w, "help", text, "") });
}

function say1(w, kind, text, place) {
  alarm.stop();
  const key = draw();
  const body = { installation: installation(), key, kind, text, time: Math.round(now()) };
  if (w) {
    Object.assign(body, { warning: w.id });
    mark(w, kind, key);
  } else Object.assign(body, { place });
  outbox.add("/answers", body);
}

function mark(w, kind, key) {
  const said = (know.said[w.event] ??= { rung: RANK[w.level] });
  said[kind] = { time: now(), key };
  said.read ??= { time: now(), key };
  keep("said", know.said);
  show();
}

function report() {
  const places = know.site.areas.filter((a) => know.places.includes(a.id));
  ask({ kind: "report", language: know.language, places, send: (text, place) => text && say1(null, "report", text, place) });
}

async function choose(places, exercises, push) {
  Object.assign(know, { places, exercises, push, choosing: false });
  for (const name of ["places", "exercises", "push"]) keep(name, know[name]);
  feed.exercises = exercises;
  feed.since = null;
  feed.open();
  outbox.anew();
  show();
  scrollTo({ top: 0 });
  byId("main").focus({ preventScroll: true });
  await alarm.unlock().catch(() => undefined);
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  navigator.storage?.persist?.();
  pushes();
}

// the console is told each time: it may have lost its book, and a browser changes its address
async function pushes() {
  if (!possible() || !know.places.length) return;
  const before = know.pushed;
  try {
    const wanted = know.push && know.site?.push && Notification.permission === "granted";
    const found = wanted ? await subscribe(know.site.push, installation()) : null;
    if (found) outbox.add("/push", { installation: installation(), ...found });
    else if (await unsubscribe()) outbox.add("/push", { installation: installation() });
    know.pushed = found ? "on" : "";
  } catch {
    know.pushed = "failed"; // its service is out of reach: the page must stay open
  }
  if (know.pushed !== before) show();
}

async function forget() {
  const body = JSON.stringify({ installation: installation() });
  await fetch("/forget", { method: "POST", headers: { "Content-Type": "application/json" }, body, credentials: "omit" }).catch(() => undefined);
  await unsubscribe().catch(() => undefined);
  localStorage.clear();
  location.reload();
}

function other() {
  know.language = LANGUAGES[1 - LANGUAGES.indexOf(know.language)];
  keep("language", know.language);
  if (know.places.length) outbox.anew();
  show();
}

// ---- what is shown

function show() {
  document.documentElement.lang = know.language;
  const name = know.site?.name[know.language];
  document.title = name ? `${name} · ${t("title")}` : t("title");
  byId("site").textContent = name ?? t("title");
  byId("language").textContent = t("other");
  byId("language").lang = LANGUAGES[1 - LANGUAGES.indexOf(know.language)];
  byId("skip").textContent = t("skip");
  showLink();
  const main = byId("main");
  if (!know.site) main.replaceChildren(h("p", { class: "hint" }, t(know.online ? "empty" : "loading")));
  else if (!know.places.length || know.choosing) showChooser(main);
  else keepFocus(main, () => main.replaceChildren(...content(main)));
  showAlarm();
}

function showLink() {
  const link = byId("link");
  const time = know.heardAt ? at(know.heardAt) : "";
  const text = know.online ? t("connected", { time }) : know.heardAt ? t("offline", { time }) : t(navigator.onLine ? "connecting" : "never");
  if (link.textContent !== text) link.textContent = text;
  link.className = know.online ? "up" : "down";
}

function showChooser(main) {
  const mark1 = `${know.language} ${know.site.digest}`;
  if (main.firstChild?.dataset?.for === mark1) return; // what is being chosen is not drawn anew
  const first = !know.places.length;
  const form = chooser({ site: know.site, language: know.language, chosen: know.places, exercises: know.exercises, push: know.site.push && possible() ? know.push : null, first, done: choose,
    dismiss: () => { know.choosing = false; show(); } });
  form.dataset.for = mark1;
  main.replaceChildren(form);
}

// drawn anew, the same button keeps the focus: a keyboard must not lose its place
function keepFocus(main, redraw) {
  const held = document.activeElement;
  const event = held?.closest?.("[data-event]")?.dataset.event;
  const act = held?.dataset?.act;
  const id = main.contains(held) ? held.id : "";
  const summary = held?.tagName === "SUMMARY";
  redraw();
  if (event) {
    const again = [...main.querySelectorAll("[data-event]")].find((c) => c.dataset.event === event);
    (again?.querySelector(summary ? "summary" : `[data-act="${act}"]`) ?? again?.querySelector("button, summary"))?.focus({ preventScroll: true });
  } else if (id) byId(id)?.focus({ preventScroll: true });
}

function content(main) {
  const order = (a, b) => (a.act === "cancel") - (b.act === "cancel") || a.exercise - b.exercise || RANK[b.level] - RANK[a.level] || b.sent - a.sent;
  const shown = inForce().sort(order);
  const own = shown.filter((w) => heard(w.area));
  const far = shown.filter((w) => !heard(w.area));
  const names = know.site.areas.filter((a) => know.places.includes(a.id)).map((a) => a.name[know.language]);
  return [
    know.site.exercise && h("p", { class: "notice" }, t("exercise_site")),
    h("section", { class: "warnings", "aria-label": t("places") }, own.some((w) => w.act !== "cancel") ? "" : calm(), own.map(view)),
    h("section", { class: "side" },
      h("h2", {}, t("map")), h("div", { class: "frame" }, drawMap(know.site, shown, know.places, know.language, wide(main)), legend(know.language)),
      far.length > 0 && [h("h2", {}, t("elsewhere")), h("ul", { class: "lines" }, far.map((w) => line(w, know.language, now())))],
      h("h2", {}, t("places")),
      h("p", { class: "chosen" }, names.map((n) => h("span", { class: "chip" }, n)),
        h("button", { type: "button", class: "plain", id: "change", onclick: () => { know.choosing = true; show(); } }, t("change"))),
      h("div", { class: "tools" },
        h("button", { type: "button", class: "plain", id: "report", onclick: report }, t("report")),
        h("button", { type: "button", class: "plain", id: "test", onclick: test }, t("test"))),
      know.pushed && h("p", { class: "small", id: "pushed" }, t(`push_${know.pushed}`)),
      h("p", { class: "small" }, t("privacy")), h("p", { class: "small" }, h("button", { type: "button", class: "link", id: "forget", onclick: forget }, t("forget")))),
  ].filter(Boolean);
}

const wide = (main) => Math.max(280, Math.min(520, (main.clientWidth || 360) - 32));

async function test() {
  await alarm.unlock();
  if (alarm.playing) alarm.stop();
  else alarm.ring("yellow");
}

function calm() {
  const suffix = know.online ? "" : "_offline";
  return h("div", { class: `calm${suffix ? " doubt" : ""}` }, h("p", { class: "big" }, t(`calm${suffix}`)), h("p", {}, t(`calm${suffix}_hint`)));
}

function view(w) {
  const said = know.said[w.event] ?? {};
  const state = (kind) => said[kind] && { time: said[kind].time, waits: waits(w, kind, said[kind].key) };
  const done = { read: state("read"), safe: state("safe"), help: state("help") };
  return card(w, { language: know.language, now: now(), online: know.online, done, act: (kind) => answer(w, kind), opened: know.opened });
}

function waits(w, kind, key) {
  if (key) return outbox.waits(key);
  return outbox.rows.some((row) => row.body.state === "acknowledged" && row.body.warnings.includes(w.id));
}

function showAlarm() {
  const bar = byId("sounding");
  const blocked = know.places.length > 0 && !know.choosing && !alarm.allowed;
  bar.hidden = !alarm.playing && !blocked;
  bar.classList.toggle("ringing", Boolean(alarm.playing));
  const enable = async () => {
    const level = alarm.playing;
    await alarm.unlock();
    if (level) alarm.ring(level);
  };
  const mark1 = `${know.language}${alarm.playing}${blocked}`;
  if (bar.dataset.for === mark1) return;
  bar.dataset.for = mark1;
  const buttons = [
    blocked && h("button", { type: "button", class: "plain", id: "enable", onclick: enable }, t("enable")),
    alarm.playing && h("button", { type: "button", class: "plain", id: "stop", onclick: () => alarm.stop() }, t("stop")),
  ];
  bar.replaceChildren(h("span", {}, alarm.playing ? t("alarm") : t("blocked")), ...buttons.filter(Boolean));
}

// ---- beginning

if ("serviceWorker" in navigator) {
  const policy = window.trustedTypes?.createPolicy("tongluo-worker", { createScriptURL: (url) => (url === "/sw.js" ? url : "") });
  navigator.serviceWorker.register(policy ? policy.createScriptURL("/sw.js") : "/sw.js").catch(() => undefined);
}
navigator.serviceWorker?.addEventListener("message", (event) => {
  if (event.data?.pushed && !know.online) feed.open(); // the console can be reached after all
});
byId("language").addEventListener("click", other);
addEventListener("resize", () => know.site && know.places.length && !know.choosing && show());
setInterval(show, 30_000);
feed.exercises = know.exercises;
feed.open();
outbox.flush();
show();
if (!know.site) refresh();
else pushes();
