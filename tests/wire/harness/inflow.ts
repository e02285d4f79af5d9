import { within } from './deadline.ts';

/** What came in and nobody has taken yet. */
export class Inflow<T> {
  readonly #waiting: T[] = [];
  readonly #takers = new Set<() => void>();
  #over = false;
  #fault: Error | undefined;

  push(...items: T[]): void {
    this.#waiting.push(...items);
    for (const take of [...this.#takers]) take();
  }

  /** Nothing more comes: whoever still waits is told, and why. */
  end(fault?: Error): void {
    this.#over = true;
    this.#fault ??= fault;
    for (const take of [...this.#takers]) take();
  }

  /** Takes the first that fits out of what came, waiting for it if need be. */
  async take(what: string, fits: (one: T) => boolean, milliseconds?: number): Promise<T> {
    let taker: () => void = () => undefined;
    const found = new Promise<T>((resolve, reject) => {
      taker = () => {
        // What came before the fault is not to be trusted either.
        const index = this.#fault === undefined ? this.#waiting.findIndex(fits) : -1;
        if (index < 0 && !this.#over) return;
        this.#takers.delete(taker);
        if (index >= 0) resolve(this.#waiting.splice(index, 1)[0]!);
        else reject(this.#fault ?? new Error(`The connection ended while waiting for ${what}.`));
      };
      this.#takers.add(taker);
      taker();
    });
    try {
      return await within(what, found, milliseconds);
    } catch (error) {
      throw new Error(`${(error as Error).message} Not taken: ${JSON.stringify(this.#waiting).slice(0, 1500)}`);
    } finally {
      this.#takers.delete(taker);
    }
  }

  /** What was not taken. It says that something did not come only after something later was taken. */
  get left(): readonly T[] {
    return this.#waiting;
  }
}
