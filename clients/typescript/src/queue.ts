/** Values that one part of the program puts in and another awaits. Ends once, for good or with a reason; what is already in it is read first. */
export class Queue<T> {
  #items: T[] = [];
  #read = 0;
  #waiting: (() => void)[] = [];
  #ended = false;
  #reason: unknown;

  get size(): number {
    return this.#items.length - this.#read;
  }

  push(...items: T[]): void {
    if (this.#ended) return;
    for (const item of items) this.#items.push(item);
    this.#wake();
  }

  end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#wake();
  }

  /** Waits until there is something; false at the end. */
  async ready(signal?: AbortSignal): Promise<boolean> {
    while (this.size === 0) {
      if (this.#ended) {
        if (this.#reason !== undefined) throw this.#reason;
        return false;
      }
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const stop = () => reject(signal!.reason);
        signal?.addEventListener('abort', stop, { once: true });
        this.#waiting.push(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
      });
    }
    return true;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#read++];
    // Not Array.shift, which moves all the others.
    if (this.#read >= 1024 && this.#read * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#read);
      this.#read = 0;
    }
    return item;
  }

  /** Takes everything. */
  drain(): T[] {
    const all = this.#read === 0 ? this.#items : this.#items.slice(this.#read);
    this.#items = [];
    this.#read = 0;
    return all;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
