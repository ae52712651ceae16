// The live feed: server-sent events, with a watch over its silence, resumed where it was cut off.

const SILENCE = 40_000; // the console says something every 15 s
const AGAIN = 2_000;

export class Feed {
  constructor(heard, changed) {
    this.heard = heard;
    this.changed = changed;
    this.since = null;
    this.exercises = false;
    this.source = null;
    this.timer = null;
    this.up = false;
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.lost(false));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.up) this.open();
    });
  }

  open() {
    this.close();
    const query = new URLSearchParams();
    if (this.exercises) query.set("exercises", "1");
    if (this.since !== null) query.set("since", this.since);
    this.source = new EventSource(`/feed?${query}`);
    for (const kind of ["state", "warning", "beat"]) {
      this.source.addEventListener(kind, (event) => this.take(kind, event));
    }
    this.source.addEventListener("error", () => this.lost(true));
    this.watch(SILENCE);
  }

  take(kind, event) {
    this.since = event.lastEventId || this.since;
    if (!this.up) {
      this.up = true;
      this.changed(true);
    }
    this.watch(SILENCE);
    this.heard(kind, JSON.parse(event.data));
  }

  lost(again) {
    this.close();
    if (this.up || again === false) {
      this.up = false;
      this.changed(false);
    }
    if (again) this.timer = setTimeout(() => this.open(), AGAIN * (0.5 + Math.random()));
  }

  watch(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(true), ms);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
