// What was before each act, so that acts can be taken back and done again.
const MOST_STEPS = 100;

export class History {
  constructor() {
    this.past = [];
    this.future = [];
    this.merge = null;
  }

  /** Keep what was before an act. Acts with the same `merge` right after each other are one step. */
  keep(before, merge) {
    const goesOn = merge !== null && merge === this.merge && this.past.length > 0;
    if (!goesOn) this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.merge = merge;
    this.future = [];
  }

  back(now) {
    return this.turn(this.past, this.future, now);
  }

  forth(now) {
    return this.turn(this.future, this.past, now);
  }

  turn(from, to, now) {
    if (!from.length) return null;
    to.push(now);
    this.merge = null;
    return from.pop();
  }
}
