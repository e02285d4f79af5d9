import { useSyncExternalStore } from 'react';

/** Calls once for everything that changed since the last frame, also where nothing is drawn. */
export class Frame {
  readonly #listeners = new Set<() => void>();
  readonly #before: () => void;
  #isDue = false;
  /** At least so many milliseconds between two calls. */
  pace = 0;
  #last = 0;

  constructor(before: () => void = () => undefined) {
    this.#before = before;
  }

  readonly listen = (call: () => void): (() => void) => {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  };

  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const wait = this.#last + this.pace - Date.now();
    if (wait > 0) setTimeout(() => this.#run(), wait);
    // A hidden tab draws no frames.
    else if (typeof document === 'undefined' || document.hidden) setTimeout(() => this.#run(), 0);
    else requestAnimationFrame(() => this.#run());
  }

  #run(): void {
    this.#isDue = false;
    this.#last = Date.now();
    this.#before();
    for (const call of [...this.#listeners]) call();
  }
}

/** A value outside React. */
export class Cell<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const call of [...this.#listeners]) call();
  }

  listen = (call: () => void): (() => void) => {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  };
}

export function useCell<T>(cell: Cell<T>): T {
  return useSyncExternalStore(cell.listen, cell.get);
}

/** Things by id, as a feed tells of them. An unchanged thing keeps its object, so that its row is not drawn again. */
export class Things<T extends object> {
  readonly #key: (item: T) => string;
  readonly #items = new Map<string, T>();
  readonly #frame = new Frame(() => this.#snap());
  #all: readonly T[] = [];
  #isLoaded = false;

  constructor(key: (item: T) => string) {
    this.#key = key;
  }

  readonly listen = this.#frame.listen;

  /** All of them, as of the last frame. */
  readonly all = (): readonly T[] => this.#all;

  /** Whether the state has come once. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  put(item: T): void {
    this.#replace(item);
    this.#frame.changed();
  }

  delete(item: T): void {
    this.#items.delete(this.#key(item));
    this.#frame.changed();
  }

  /** Takes the whole state. */
  reset(items: readonly T[]): void {
    const keys = new Set(items.map(this.#key));
    for (const key of this.#items.keys()) if (!keys.has(key)) this.#items.delete(key);
    for (const item of items) this.#replace(item);
    const first = !this.#isLoaded;
    this.#isLoaded = true;
    // A new array even if it is as empty as before: that the state has come is news.
    if (first) this.#all = [...this.#items.values()];
    this.#frame.changed();
  }

  #replace(item: T): void {
    const key = this.#key(item);
    const old = this.#items.get(key);
    if (old === undefined || !same(old, item)) this.#items.set(key, item);
  }

  #snap(): void {
    const next = [...this.#items.values()];
    if (next.length !== this.#all.length || next.some((item, index) => item !== this.#all[index])) this.#all = next;
  }
}

/** Whether two values of JSON say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

export function useThings<T extends object>(things: Things<T>): readonly T[] {
  return useSyncExternalStore(things.listen, things.all);
}

/** One of them, drawn again only when it changes. */
export function useThing<T extends object>(things: Things<T>, id: string | null | undefined): T | undefined {
  return useSyncExternalStore(things.listen, () => (id ? things.get(id) : undefined));
}
