// What is to be told to the console: kept until it has it, in order, whatever becomes of the line.

import { keep, load } from "./kept.js";

const AGAIN = 5_000;
const MOST = 300;

export class Outbox {
  constructor(register, changed) {
    this.rows = load("outbox", []);
    this.register = register; // () => the registration to send first
    this.changed = changed;
    this.registered = false;
    this.busy = false;
    addEventListener("online", () => this.flush());
  }

  add(path, body) {
    this.rows.push({ path, body });
    this.rows = this.rows.slice(-MOST);
    keep("outbox", this.rows);
    this.flush();
  }

  anew() {
    this.registered = false;
    this.flush();
  }

  async flush() {
    this.asked = true;
    if (this.busy) return; // what was added meanwhile is looked at before it ends
    this.busy = true;
    clearTimeout(this.timer);
    try {
      while (this.asked) {
        this.asked = false;
        while (await this.next());
      }
    } catch {
      this.timer = setTimeout(() => this.flush(), AGAIN * (0.5 + Math.random()));
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  async next() {
    if (!this.registered) {
      const registration = this.register();
      if (!registration) return false;
      const status = await this.post("/installation", registration);
      if (status >= 400) throw new Error(String(status));
      this.registered = true;
      return true;
    }
    const row = this.rows[0];
    if (!row) return false;
    const status = await this.post(row.path, row.body);
    if (status === 409) {
      this.registered = false; // the console lost its book: register anew
      return true;
    }
    this.rows.shift();
    keep("outbox", this.rows);
    return true;
  }

  async post(path, body) {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(15_000),
    });
    // 429 and 5xx pass; what is wrong in itself would never be taken
    if (response.status === 429 || response.status >= 500) throw new Error(String(response.status));
    return response.status;
  }

  waits(key) {
    return this.rows.some((row) => row.body.key === key);
  }
}
