import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useLive, type Live } from '../live/live.ts';
import { Frame } from '../live/store.ts';
import type { AgentTask, LogRecord } from '../live/types.ts';
import { Recording } from './recording.ts';

/** Which part of the log is played. */
export interface Part {
  readonly execution?: string | undefined;
  readonly thread?: string | undefined;
  readonly agent?: string | undefined;
  /** Milliseconds; from the beginning of the log if absent. */
  readonly from?: number | undefined;
  /** Milliseconds; to its end, which moves, if absent. */
  readonly until?: number | undefined;
}

const pageSize = 500;
/** The most entries that are played. */
export const most = 50_000;
const lookBack = 3_600_000;
const ownKinds = ['messages', 'questions', 'workflow_steps', 'executions', 'tasks'];

const uniqueOf = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id): id is string => !!id))].sort();

/** Reads a part of the log into a recording, and what comes after it. */
class Reader {
  readonly recording = new Recording();
  readonly #live: Live;
  readonly #part: Part;
  readonly #frame = new Frame();
  #places = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #version = 0;
  #isReading = false;
  #isStale = false;
  isLoaded = false;
  isCut = false;
  isPruned = false;
  error: unknown;

  constructor(live: Live, part: Part) {
    this.#live = live;
    this.#part = part;
  }

  readonly listen = this.#frame.listen;
  readonly version = (): number => this.#version;

  /** Reads on from where it was. Asked again meanwhile, it reads once more. */
  async read(signal: AbortSignal): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale && !signal.aborted) {
        this.#isStale = false;
        await this.#readOwn(signal);
        await this.#readBeside(signal);
        this.error = undefined;
      }
      this.isLoaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      this.#isReading = false;
      this.#changed();
    }
  }

  async #readOwn(signal: AbortSignal): Promise<void> {
    const { execution, thread, agent, from, until } = this.#part;
    const scope = execution ? { execution } : thread ? { thread } : agent ? { agents: agent } : {};
    const after = from === undefined ? '0' : await this.#placeAt(from, signal);
    const to = until === undefined ? undefined : await this.#placeAt(until, signal);
    await this.#pages('own', { ...scope, kinds: ownKinds.join(',') }, after, to, signal);
  }

  /** What belongs to no execution and no thread by itself: the agents' own reports, and the tasks that messages name or share a thread with. */
  async #readBeside(signal: AbortSignal): Promise<void> {
    const { said } = this.recording;
    const first = said[0];
    if (first === undefined) return;
    const { execution, until } = this.#part;
    // How things stood when it began, as far as the hour before tells.
    const after = await this.#placeAt(first.at - lookBack, signal);
    const to = until === undefined ? undefined : await this.#placeAt(until, signal);
    const agents = uniqueOf(said.flatMap(({ message }) => [message.sender_id, message.recipient_id])).filter(
      (id) => id !== 'human' && id !== 'parley',
    );
    if (agents.length > 0)
      await this.#pages(this.#named('agents', agents), { agents: agents.join(','), kinds: 'agents' }, after, to, signal);
    if (!execution) return;
    const tasks = uniqueOf(said.map(({ message }) => message.task_id));
    const threads = uniqueOf(said.map(({ message }) => message.conversation_thread_id));
    const isOwn = ({ item }: LogRecord) => {
      const { task_id, thread_id } = item as AgentTask;
      return tasks.includes(task_id) || (thread_id !== null && threads.includes(thread_id));
    };
    await this.#pages(this.#named('tasks', [...tasks, ...threads]), { kinds: 'tasks' }, after, to, signal, isOwn);
  }

  /** Whoever came later was not looked for before: then it is read from the beginning. */
  #named(name: string, ids: readonly string[]): string {
    const key = `${name} ${ids.join()}`;
    if (this.#names.get(name) !== key) this.#places.delete(name);
    this.#names.set(name, key);
    return name;
  }

  async #pages(
    name: string,
    query: Record<string, string>,
    after: string,
    until: string | undefined,
    signal: AbortSignal,
    accepts: (record: LogRecord) => boolean = () => true,
  ): Promise<void> {
    let place = this.#places.get(name) ?? after;
    for (;;) {
      if (this.recording.size >= most) {
        this.isCut = true;
        return;
      }
      const page = await this.#live.parley.rest.get('/log', {
        query: { ...query, after: place, ...(until === undefined ? {} : { until }), limit: pageSize } as never,
        signal,
      });
      if (name === 'own' && after === '0' && page.first_seq > 1) this.isPruned = true;
      const found = page.items.filter(accepts);
      this.recording.add(found);
      place = page.next ?? page.place;
      this.#places.set(name, place);
      if (found.length > 0) this.#changed();
      if (page.next === null) return;
    }
  }

  async #placeAt(time: number, signal: AbortSignal): Promise<string> {
    const key = `time ${time}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const { place } = await this.#live.parley.rest.get('/log/place', { query: { time: new Date(time).toISOString() }, signal });
    // The end of a range that is not over yet moves.
    if (time <= Date.now()) this.#places.set(key, place);
    return place;
  }

  #changed(): void {
    this.#version++;
    this.#frame.changed();
  }
}

/** A part of the log, read from its beginning and followed to its end. */
export function useRecording(part: Part) {
  const live = useLive();
  const key = JSON.stringify(part);
  const reader = useMemo(() => new Reader(live, JSON.parse(key) as Part), [live, key]);
  const retry = useRef(() => undefined as void);
  useEffect(() => {
    const stop = new AbortController();
    const read = () => void reader.read(stop.signal);
    retry.current = read;
    read();
    const { execution, thread, until } = JSON.parse(key) as Part;
    const messages = execution ? { execution } : thread ? { thread } : null;
    if (until === undefined)
      live.watch({ messages, executions: null, workflow_steps: null, questions: null, agents: null }, read, stop.signal);
    return () => stop.abort();
  }, [live, reader, key]);
  const version = useSyncExternalStore(reader.listen, reader.version);
  const { recording, isLoaded, isCut, isPruned, error } = reader;
  return { recording, version, isLoaded, isCut, isPruned, error, retry: () => retry.current() };
}
