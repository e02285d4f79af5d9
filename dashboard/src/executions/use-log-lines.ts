import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useLive } from '../live/live.ts';
import { Frame } from '../live/store.ts';
import type { ExecutionLog } from '../live/types.ts';

const most = 20_000;

export interface LogLine extends ExecutionLog {
  readonly key: string;
}

export interface LogLines {
  readonly lines: readonly LogLine[];
  readonly isLoaded: boolean;
  readonly hasEnded: boolean;
  /** Whether earlier lines are no longer kept, by the server or here. */
  readonly isCut: boolean;
  readonly error: unknown;
}

/** Lines as the stream of an execution tells of them. */
class Lines {
  #view: LogLines = { lines: [], isLoaded: false, hasEnded: false, isCut: false, error: undefined };
  #next: LogLines = this.#view;
  readonly #frame = new Frame(() => (this.#view = this.#next));
  readonly listen = this.#frame.listen;
  readonly view = (): LogLines => this.#view;

  change(change: Partial<LogLines>): void {
    this.#next = { ...this.#next, ...change };
    this.#frame.changed();
  }

  add(lines: readonly LogLine[]): void {
    const all = [...this.#next.lines, ...lines];
    this.change({ lines: all.slice(-most), isCut: this.#next.isCut || all.length > most });
  }
}

/** The log lines of an execution, from its beginning, live. */
export function useLogLines(id: string): LogLines {
  const live = useLive();
  const lines = useMemo(() => new Lines(), [live, id]);
  useEffect(() => {
    const stop = new AbortController();
    // The first word of the stream that is not history is its place.
    const read = async () => {
      try {
        const options = { types: ['-'], after: '0', places: true, signal: stop.signal };
        for await (const { event, id: place, data } of live.parley.stream(`execution/${encodeURIComponent(id)}`, options)) {
          if (event === 'place') lines.change({ isLoaded: true });
          else if (event === 'gap') lines.change({ isCut: true });
          else if (event === 'status')
            lines.add(((data as { logs?: ExecutionLog[] }).logs ?? []).map((line, index) => ({ ...line, key: `${place}.${index}` })));
        }
        lines.change({ isLoaded: true, hasEnded: true });
      } catch (error) {
        if (!stop.signal.aborted) lines.change({ isLoaded: true, error });
      }
    };
    void read();
    return () => stop.abort();
  }, [live, id, lines]);
  return useSyncExternalStore(lines.listen, lines.view);
}
