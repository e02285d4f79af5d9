/** How long to wait before the next try. The delay doubles up to a limit and is randomized, so that not all clients return to a restarted server at
 * once. In milliseconds. */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;

  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Between half of the current step and all of it, but never less than the first. */
  next(): number {
    const step = Math.min(this.#longest, 2 * this.#first * 2 ** Math.min(this.#failures++, 30));
    return Math.max(this.#first, step * (0.5 + Math.random() / 2));
  }
}

/** Waits, unless the signal ends it first. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A promise that the signal may end first. What it stands for goes on. */
export function until<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
