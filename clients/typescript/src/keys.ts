/** Creates the keys by which the server recognizes a repeated send. Keys of one client are in order, so that those created at the same time are close
 * together in the server's index. */
export class IdempotencyKeys {
  readonly #prefix = randomKey().slice(0, 16);
  #count = 0;

  next(): string {
    return this.#prefix + (this.#count++).toString(36).padStart(8, '0');
  }
}

/** A key for a single request. */
export function randomKey(): string {
  // Not crypto.randomUUID, which pages have only over HTTPS.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
