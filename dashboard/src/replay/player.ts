import { Cell } from '../live/store.ts';
import type { Recording } from './recording.ts';
import { advance, type Stretch } from './timeline.ts';

export const speeds = [1, 5, 20, 100] as const;

/** Where one is in a recording, and how it plays. Null is live: at the end, which moves. */
export class Player {
  /** The last entry that is shown. */
  readonly place = new Cell<number | null>(null);
  readonly time = new Cell<number | null>(null);
  readonly isPlaying = new Cell(false);
  readonly speed = new Cell<number>(5);
  /** The range of time that the lanes show; null for all of it. */
  readonly view = new Cell<{ readonly from: number; readonly to: number } | null>(null);
  #recording: Recording;
  #stretches: readonly Stretch[] = [];
  /** Whether nothing will be added: then the end is the end, and not the present. */
  isOver = false;
  /** Told when one stays somewhere, for the address. */
  onRest: (place: number | null) => void = () => undefined;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get from(): number {
    return this.#stretches[0]?.from ?? 0;
  }

  get to(): number {
    return this.#stretches.at(-1)?.to ?? 0;
  }

  set stretches(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
  }

  /** Goes to an entry, without a word to the address. */
  show(place: number | null): void {
    this.place.set(place);
    this.time.set(place === null ? null : (this.#recording.timeAt(place) ?? this.from));
  }

  go(place: number | null): void {
    this.isPlaying.set(false);
    this.show(place);
    this.onRest(place);
  }

  seek(time: number): void {
    this.isPlaying.set(false);
    const within = Math.min(this.to, Math.max(this.from, time));
    this.place.set(this.#recording.placeAt(within));
    this.time.set(within);
    this.onRest(this.place.get());
  }

  live(): void {
    this.go(null);
  }

  start(): void {
    this.isPlaying.set(false);
    // How things stood before the first word.
    this.place.set(this.#recording.placeAt(this.from - 1));
    this.time.set(this.from);
    this.onRest(this.place.get());
  }

  /** One message on or back. After the last one, it is live. */
  step(by: 1 | -1): void {
    const { said } = this.#recording;
    const place = this.place.get();
    const current = (place === null ? said.length : this.#recording.saidAt(place)) - 1;
    const next = current + by;
    if (by === 1 && next >= said.length) this.live();
    else if (next < 0) this.start();
    else this.go(said[next]!.seq);
  }

  minutes(by: number): void {
    const time = (this.time.get() ?? this.to) + by * 60_000;
    if (time >= this.to) this.live();
    else this.seek(time);
  }

  faster(by: 1 | -1): void {
    const index = speeds.indexOf(this.speed.get() as (typeof speeds)[number]) + by;
    this.speed.set(speeds[Math.min(speeds.length - 1, Math.max(0, index))]!);
  }

  /** Plays, from the beginning if nothing is left; or stops. */
  toggle(): void {
    if (this.isPlaying.get()) {
      this.isPlaying.set(false);
      this.onRest(this.place.get());
      return;
    }
    const time = this.time.get();
    if (time === null || time >= this.to) this.start();
    this.isPlaying.set(true);
  }

  /** So many milliseconds of watching have passed. */
  tick(millis: number): void {
    if (!this.isPlaying.get()) return;
    const time = advance(this.#stretches, this.time.get() ?? this.from, millis, this.speed.get());
    // Several entries may have the same time: one that was chosen is not left by the clock standing still.
    this.place.set(Math.max(this.place.get() ?? 0, this.#recording.placeAt(time)));
    this.time.set(time);
    if (time >= this.to) this.live();
  }
}
