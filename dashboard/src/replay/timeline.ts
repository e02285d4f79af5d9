/** A stretch of time: with messages, or without any for so long that it is silence. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly isSilent: boolean;
}

/** From so long on, nothing said is silence. */
export const silence = 120_000;
/** How long a folded silence takes to play, whatever the speed. */
const foldedMillis = 1500;

/** Cuts a range of time into stretches. Without folding, it is one.
 * @param times When something was said, in order. */
export function stretchesOf(from: number, to: number, times: readonly number[], isFolded: boolean): readonly Stretch[] {
  if (to <= from) return [{ from, to: from, isSilent: false }];
  if (!isFolded) return [{ from, to, isSilent: false }];
  const found: Stretch[] = [];
  let begun = from;
  let last = from;
  const step = (time: number) => {
    if (time - last >= silence) {
      if (last > begun) found.push({ from: begun, to: last, isSilent: false });
      found.push({ from: last, to: time, isSilent: true });
      begun = time;
    }
    last = time;
  };
  for (const time of times) if (time >= from && time <= to) step(time);
  step(to);
  if (begun < to) found.push({ from: begun, to, isSilent: false });
  return found;
}

/** Where a clock that began at a time is after some milliseconds of watching. */
export function advance(stretches: readonly Stretch[], time: number, millis: number, speed: number): number {
  let now = time;
  let left = millis;
  for (const { from, to, isSilent } of stretches) {
    if (to <= now) continue;
    if (left <= 0) break;
    now = Math.max(now, from);
    const rate = isSilent ? Math.max(speed, (to - from) / foldedMillis) : speed;
    const needed = (to - now) / rate;
    if (needed > left) return now + left * rate;
    left -= needed;
    now = to;
  }
  return now;
}

/** Places times between two edges: silences take little room, the rest as much as it lasted. */
export class Scale {
  readonly stretches: readonly Stretch[];
  readonly #starts: readonly number[];
  readonly #widths: readonly number[];

  constructor(stretches: readonly Stretch[], left: number, right: number, silentWidth = 46) {
    this.stretches = stretches;
    const width = Math.max(0, right - left);
    const silent = stretches.filter(({ isSilent }) => isSilent).length;
    const loud = stretches.filter(({ isSilent }) => !isSilent);
    const band = silent === 0 ? 0 : loud.length === 0 ? width / silent : Math.min(silentWidth, (width * 0.4) / silent);
    const rest = width - band * silent;
    const sum = loud.reduce((total, { from, to }) => total + to - from, 0);
    this.#widths = stretches.map(({ from, to, isSilent }) => (isSilent ? band : sum > 0 ? (rest * (to - from)) / sum : rest / loud.length));
    let start = left;
    this.#starts = this.#widths.map((one) => (start += one) - one);
  }

  x(time: number): number {
    const { stretches } = this;
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle]!.to < time) low = middle + 1;
      else high = middle;
    }
    const { from, to } = stretches[low]!;
    const part = to > from ? (time - from) / (to - from) : 0;
    return this.#starts[low]! + this.#widths[low]! * Math.min(1, Math.max(0, part));
  }

  /** The time at a point; beyond the edges, the first or last. */
  time(x: number): number {
    let index = this.#starts.length - 1;
    while (index > 0 && this.#starts[index]! > x) index--;
    const { from, to } = this.stretches[index]!;
    const width = this.#widths[index]!;
    return from + (to - from) * Math.min(1, Math.max(0, width > 0 ? (x - this.#starts[index]!) / width : 0));
  }

  /** Times for an axis, at least so many points apart, none of them in a silence. */
  ticks(apart: number): readonly number[] {
    const found: number[] = [];
    const step = steps.find((one) => this.#fits(one, apart)) ?? steps.at(-1)!;
    for (const { from, to, isSilent } of this.stretches) {
      if (isSilent) continue;
      for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
        const last = found.at(-1);
        if (last === undefined || this.x(time) - this.x(last) >= apart) found.push(time);
      }
    }
    return found;
  }

  #fits(step: number, apart: number): boolean {
    const index = this.stretches.findIndex(({ isSilent, from, to }) => !isSilent && to > from);
    const stretch = this.stretches[index];
    if (!stretch) return true;
    return (this.#widths[index]! / (stretch.to - stretch.from)) * step >= apart;
  }
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  second,
  2 * second,
  5 * second,
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
];

export interface Bucket {
  readonly at: number;
  readonly messages: number;
  readonly questions: number;
  readonly failures: number;
}

/** Counts what happened in pieces of the same length. */
export function histogramOf(
  from: number,
  to: number,
  count: number,
  happened: { messages: readonly number[]; questions: readonly number[]; failures: readonly number[] },
): readonly Bucket[] {
  const buckets = Array.from({ length: count }, (_, index) => ({
    at: from + ((to - from) * index) / count,
    messages: 0,
    questions: 0,
    failures: 0,
  }));
  for (const kind of ['messages', 'questions', 'failures'] as const)
    for (const time of happened[kind]) {
      if (time < from || time > to) continue;
      buckets[Math.min(count - 1, Math.floor(((time - from) / Math.max(1, to - from)) * count))]![kind]++;
    }
  return buckets;
}
