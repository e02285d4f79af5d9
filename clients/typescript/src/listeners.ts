/** Those who want to be told. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** @returns Removes the listener. */
  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of this.#all) {
      try {
        listener(value);
      } catch (fault) {
        // A listener's bug is its owner's to see, and must not end the connection.
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}
