// The alarm: a siren of the browser's own, by level. Red and orange ring until somebody answers.

const SHAPES = {
  // [low Hz, high Hz, seconds of one rise and fall, pause, how often; 0 = until stopped]
  red: [440, 960, 1.6, 0.2, 0],
  orange: [520, 780, 2.4, 0.8, 0],
  yellow: [587, 698, 1.2, 0.8, 3],
  blue: [659, 659, 0.6, 0.4, 2],
  clear: [523, 659, 0.8, 0.2, 1],
};
const LONGEST = 300; // seconds of a siren that nobody stops; the card stays

export class Alarm {
  constructor(changed) {
    this.changed = changed;
    this.context = null;
    this.playing = null;
    this.nodes = [];
    this.rings = 0;
  }

  // a browser lets a page ring only after a person touched it
  async unlock() {
    this.context ??= new AudioContext();
    if (this.context.state !== "running") await this.context.resume();
    this.changed();
  }

  get allowed() {
    return this.context?.state === "running";
  }

  ring(level) {
    this.stop();
    this.playing = level;
    this.rings += 1;
    if (navigator.vibrate && navigator.userActivation?.hasBeenActive) navigator.vibrate([600, 200, 600, 200, 600]);
    if (this.allowed) this.sound(SHAPES[level] ?? SHAPES.yellow);
    else this.changed();
  }

  sound([low, high, rise, pause, times]) {
    const { context } = this;
    const count = times || Math.ceil(LONGEST / (rise + pause));
    const tone = new OscillatorNode(context, { type: "triangle", frequency: low });
    const loud = new GainNode(context, { gain: 0 });
    let at = context.currentTime + 0.05;
    for (let n = 0; n < count; n += 1) {
      tone.frequency.setValueAtTime(low, at);
      tone.frequency.linearRampToValueAtTime(high, at + rise / 2);
      tone.frequency.linearRampToValueAtTime(low, at + rise);
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.8, at + 0.05);
      loud.gain.setValueAtTime(0.8, at + rise - 0.05);
      loud.gain.linearRampToValueAtTime(0, at + rise);
      at += rise + pause;
    }
    tone.connect(loud).connect(context.destination);
    tone.start();
    tone.stop(at);
    tone.addEventListener("ended", () => {
      if (this.nodes.includes(tone)) this.stop();
    });
    this.nodes = [tone, loud];
    this.changed();
  }

  stop() {
    for (const node of this.nodes) node.disconnect();
    this.nodes = [];
    this.playing = null;
    this.changed();
  }
}
