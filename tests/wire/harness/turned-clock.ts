import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The time of day that a process sees, which a test turns while the process runs: Debian's `faketime`. The clock that only goes forward stays true. */
export class TurnedClock {
  readonly #folder: string;
  readonly #file: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'time');
  }

  static async make(): Promise<TurnedClock> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-clock-'));
    // PostgreSQL runs as a user of its own.
    await chmod(folder, 0o755);
    const clock = new TurnedClock(folder);
    await clock.turn('+0');
    return clock;
  }

  /** For the environment of the process. */
  get variables(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: findLibrary(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Else waits on the true clock end at once or never, as Npgsql's do.
      FAKETIME_FORCE_MONOTONIC_FIX: '0',
      DONT_FAKE_MONOTONIC: '1',
      // A memory that its processes would share stays behind when they are killed.
      FAKETIME_DISABLE_SHM: '1',
    };
  }

  /** @param by So far from the true time, as in `+2d`. */
  async turn(by: string): Promise<void> {
    // Renamed into its place: the process reads it at each look at the clock.
    await writeFile(`${this.#file}.new`, `${by}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function findLibrary(): string {
  const found = readdirSync('/usr/lib')
    .map((triplet) => join('/usr/lib', triplet, 'faketime/libfaketimeMT.so.1'))
    .find(existsSync);
  if (found === undefined) throw new Error('These tests turn the clock with libfaketime. Debian: apt install faketime.');
  return found;
}
