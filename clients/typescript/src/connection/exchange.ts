import { ConnectionError, ParleyError } from '../errors.ts';
import type { Problem } from '../types.ts';

/** A frame that is sent and answered. */
export interface Exchange {
  readonly event: string;
  data(): unknown;
  /** @returns True if another answer with the same id follows. */
  ok(data: unknown): boolean | void;
  /** The second answer, to a request. */
  answer?(data: unknown): void;
  error(problem: Problem): void;
  /** The connection broke before the answer.
   * @returns Whether to send it again on the next connection. */
  broken(lost: ConnectionError): boolean;
  /** The connection ended for good, or the frame cannot be sent. */
  fail(reason: Error): void;
}

/** An operation: one frame, one answer. */
export class Call<T> implements Exchange {
  readonly event: string;
  readonly done: Promise<T>;
  readonly #data: unknown;
  readonly #repeat: boolean;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;

  /** @param repeat Whether it may be sent again after a broken connection, because doing it twice does no harm. */
  constructor(event: string, data: unknown, repeat: boolean) {
    this.event = event;
    this.#data = data;
    this.#repeat = repeat;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Its caller may have stopped waiting.
    this.done.catch(() => undefined);
  }

  data(): unknown {
    return this.#data;
  }

  ok(data: unknown): void {
    this.#resolve(data as T);
  }

  error(problem: Problem): void {
    this.#reject(new ParleyError(problem));
  }

  broken(lost: ConnectionError): boolean {
    if (!this.#repeat) this.#reject(lost);
    return this.#repeat;
  }

  fail(reason: Error): void {
    this.#reject(reason);
  }
}
