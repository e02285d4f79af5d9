import { Parley, ParleyError, type FeedFilter } from '@parley/client';
import { createContext, useContext } from 'react';
import { now } from './clock.ts';
import { LogStore } from './log.ts';
import { ReceiptStore } from './receipts.ts';
import { Cell, Things } from './store.ts';
import type { Agent, AttentionItem, MemoryEntry, Message, Question, Receipt, Squad, Storm } from './types.ts';

/** Of the connection: what a person has to know of it. */
export type Line =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  /** Broken since; what is on screen is as of then. */
  | { readonly status: 'cut'; readonly since: number; readonly retryAt: number | null }
  /** The sign-in ended. */
  | { readonly status: 'ended' };

const mailboxesEvery = 10_000;

/** Everything that is live in one project: one socket, and a store for each feed. */
export class Live {
  readonly project: string;
  readonly parley: Parley;
  readonly line = new Cell<Line>({ status: 'connecting' });
  readonly agents = new Things<Agent>((agent) => agent.agent_id);
  readonly squads = new Things<Squad>((squad) => squad.squad_id);
  readonly questions = new Things<Question>((question) => question.question_id);
  readonly storms = new Things<Storm>((storm) => storm.storm_id);
  readonly attention = new Things<AttentionItem>((item) => item.attention_id);
  readonly receipts: ReceiptStore;
  readonly #readers = new Set<(message: Message) => void>();
  #isOver = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(project: string) {
    this.project = project;
    this.parley = new Parley({ project });
    this.receipts = new ReceiptStore(this.parley);
  }

  /** Opens the socket and the feeds that every page needs. */
  start(): void {
    let brokenAt = 0;
    this.parley.onConnection(({ status, retryAt, reason }) => {
      if (status === 'connected') {
        if (brokenAt > 0) this.receipts.forget();
        brokenAt = 0;
        this.line.set({ status: 'live' });
      } else if (status === 'closed') {
        if ((reason as ParleyError | undefined)?.code === 'unauthorized') this.line.set({ status: 'ended' });
      } else {
        brokenAt ||= now();
        const wasLive = this.line.get().status !== 'connecting' || status === 'waiting';
        if (wasLive) this.line.set({ status: 'cut', since: brokenAt, retryAt: retryAt ?? null });
      }
    });
    const feeds = { agents: null, squads: null, questions: null, storms: null, attention: { snoozed: true } };
    void this.#follow(feeds, { snapshot: true }, (entry) => {
      const things = this[entry.feed as 'agents'] as Things<object>;
      if (entry.op === 'snapshot') things.reset(entry.items as object[]);
      else if (entry.op === 'put') things.put(entry.item as object);
      else if (entry.op === 'delete') things.delete(entry.item as object);
    });
    void this.#follow({ receipts: null }, {}, (entry) => entry.op === 'put' && this.receipts.apply(entry.item as Receipt));
    // How full a mailbox is, is no entry of the log.
    this.#timer = setInterval(() => void this.refreshAgents(), mailboxesEvery);
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.parley.close();
  }

  /** Reads the agents again, for what the feed does not tell. */
  async refreshAgents(): Promise<void> {
    if (document.hidden || this.line.get().status !== 'live' || !this.agents.isLoaded) return;
    try {
      for (let after: string | null = null; ;) {
        const page: { items: Agent[]; next: string | null } = await this.parley.rest.get('/agents', {
          query: { limit: 500, ...(after ? { after } : {}) },
          repeat: false,
        });
        for (const agent of page.items) this.agents.put(agent);
        if (!page.next) return;
        after = page.next;
      }
    } catch {
      // The next time will do.
    }
  }

  /** Tells lists of a message that was read again: reactions have no feed. */
  tellOf(message: Message): void {
    for (const call of [...this.#readers]) call(message);
  }

  onTold(call: (message: Message) => void): () => void {
    this.#readers.add(call);
    return () => this.#readers.delete(call);
  }

  /** Follows messages into a store, until the signal ends.
   * @returns When nothing that comes from then on is missed. */
  followMessages(
    store: LogStore,
    filter: FeedFilter,
    accepts: (message: Message) => boolean,
    signal: AbortSignal,
    after?: string,
  ): Promise<void> {
    const take = (entry: Entry) => {
      const message = entry.item as Message;
      if (entry.op === 'put' && accepts(message)) store.put(message);
      else if (entry.op === 'delete') store.remove(message);
      else if (entry.op === 'gap') store.gap(Number(String(entry.place).split('-').at(-1)));
    };
    return new Promise((resolve) => {
      void this.#follow({ messages: filter }, after === undefined ? {} : { after }, take, signal, resolve);
    });
  }

  /** Keeps things as a feed tells of them: their state first, then each change, until the signal ends. */
  followThings<T extends object>(feed: string, filter: FeedFilter, things: Things<T>, signal: AbortSignal): void {
    const take = (entry: Entry) => {
      if (entry.op === 'snapshot') things.reset(entry.items as T[]);
      else if (entry.op === 'put') things.put(entry.item as T);
      else if (entry.op === 'delete') things.delete(entry.item as T);
    };
    void this.#follow({ [feed]: filter }, { snapshot: true }, take, signal);
  }

  /** Calls back for each entry of shared memory that is set or goes, until the signal ends, and when some may have been missed.
   * @returns When nothing that comes from then on is missed. */
  followMemory(
    prefix: string,
    changed: (entry: MemoryEntry, isGone: boolean) => void,
    missed: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const take = (entry: Entry) => {
      if (entry.op === 'put' || entry.op === 'delete') changed(entry.item as MemoryEntry, entry.op === 'delete');
      else if (entry.op === 'gap') missed();
    };
    return new Promise((resolve) => {
      void this.#follow({ memory: prefix ? { prefix } : null }, {}, take, signal, resolve);
    });
  }

  /** Calls back, at most once a second, when something in these feeds has changed. */
  watch(feeds: Record<string, FeedFilter | null>, changed: () => void, signal: AbortSignal): void {
    let due: ReturnType<typeof setTimeout> | undefined;
    signal.addEventListener('abort', () => clearTimeout(due));
    const take = () => {
      due ??= setTimeout(() => {
        due = undefined;
        changed();
      }, 1000);
    };
    // What changed after the page was read and before the feed stood, no entry will tell.
    void this.#follow(feeds, {}, take, signal, take);
  }

  async #follow(
    feeds: Record<string, FeedFilter | null>,
    options: { snapshot?: boolean; after?: string },
    take: (entry: Entry) => void,
    signal?: AbortSignal,
    begun: () => void = () => undefined,
  ): Promise<void> {
    try {
      const feed = await this.parley.subscribe(feeds, signal ? { ...options, signal } : options);
      signal?.addEventListener('abort', () => feed.close());
      if (signal?.aborted) feed.close();
      begun();
      for await (const batch of feed.batches()) for (const entry of batch) take(entry as Entry);
    } catch (error) {
      if (this.#isOver || signal?.aborted) return;
      if (error instanceof ParleyError && error.code === 'unauthorized') this.line.set({ status: 'ended' });
      else console.warn(error);
    }
  }
}

interface Entry {
  op: 'snapshot' | 'put' | 'delete' | 'gap';
  feed: string;
  place?: string | undefined;
  item?: unknown;
  items?: unknown[];
}

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  return useContext(LiveContext)!;
}
