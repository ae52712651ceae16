// The two small dialogs: what help is needed, and what is seen.

import { h } from "./dom.js";
import { say } from "./words.js";

export function ask({ kind, language, places, contact, send }) {
  const t = (key) => say(language, key);
  const text = h("textarea", { id: "text", rows: 3, maxlength: 300, "aria-label": t("text"), placeholder: t("text") });
  const where = places && h("select", { id: "where", "aria-label": t("where") }, places.map((p) => h("option", { value: p.id }, p.name[language])));
  const box = h("dialog", { class: "ask", "aria-labelledby": "ask-title", onclose: () => box.remove() },
    h("form", { method: "dialog", onsubmit: () => send(text.value.trim(), where?.value ?? "") },
      h("h2", { id: "ask-title" }, t(`${kind}_title`)), h("p", { class: "hint" }, t(`${kind}_hint`)),
      contact && h("p", { class: "hint" }, `${t("contact")}: ${contact}`),
      where, text,
      h("div", { class: "pair" }, h("button", { type: "submit", class: kind === "help" ? "help" : "main", id: "send" }, t("send")),
        h("button", { type: "button", class: "plain", onclick: () => box.close() }, t("cancel")))));
  document.body.append(box);
  box.showModal();
  text.focus();
}
