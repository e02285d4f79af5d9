import { Queue } from '../queue.ts';
import type { FeedEntry, FeedFilter, SubscribeOptions } from './entries.ts';
import type { Feeds } from './feeds.ts';

/** An unread entry more pauses the subscription, and so many left resume it. */
const most = 32 * 1024;
const few = 1024;

/** Live only: their places say where the log is, not what has been sent of it. */
const receipts = 'receipts';

/** Not in the log either: on each connection it starts with its state, also if nobody asked for that. */
const attention = 'attention';

export interface ChangeFrame {
  subscription: string;
  feed: string;
  place: string;
  op: 'put' | 'delete' | 'gap';
  item: unknown;
}

export interface SnapshotFrame {
  subscription: string;
  feed: string;
  items: unknown[];
  done: boolean;
}

/** A subscription to feeds of a project. It goes on across reconnects, and loses and repeats nothing. Read it once, with `for await` or `batches`, and
 * close it in the end.
 *
 * If its reader falls behind by many thousands of entries, it pauses, and resumes at its place once the reader has caught up: memory stays bounded, and
 * the log keeps what is unread. `receipts` and `attention` are not in the log: receipts are missed then, and of `attention` a new snapshot comes. */
export class Feed<F extends string = string> implements AsyncIterable<FeedEntry<F>> {
  readonly feeds: Readonly<Record<F, FeedFilter>>;
  readonly #owner: Feeds;
  readonly #options: SubscribeOptions;
  readonly #entries = new Queue<FeedEntry>();
  readonly #snapshotsDue: Set<string>;
  #parts = new Map<string, unknown[]>();
  #place: string | undefined;
  #name: string | undefined;
  #isPaused = false;

  /** @internal */
  constructor(owner: Feeds, feeds: Record<F, FeedFilter>, options: SubscribeOptions) {
    this.#owner = owner;
    this.feeds = feeds;
    this.#options = options;
    this.#place = options.after;
    this.#snapshotsDue = new Set(options.snapshot ? Object.keys(feeds) : []);
  }

  /** The place of the last entry: a new subscription would go on after it. */
  get place(): string | undefined {
    return this.#place;
  }

  /** Ends the subscription. A loop that reads it ends after what has already arrived. */
  close(): void {
    this.#owner.remove(this);
    this.#entries.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FeedEntry<F>, void, undefined> {
    try {
      while (await this.#entries.ready()) {
        for (let entry = this.#entries.shift(); entry; entry = this.#entries.shift()) {
          this.#caughtUp();
          yield entry as FeedEntry<F>;
        }
      }
    } finally {
      this.close();
    }
  }

  /** Yields all entries that have arrived, as often as there are some: for a page that applies many at once. */
  async *batches(): AsyncGenerator<FeedEntry<F>[], void, undefined> {
    try {
      while (await this.#entries.ready()) {
        const batch = this.#entries.drain();
        this.#caughtUp();
        yield batch as FeedEntry<F>[];
      }
    } finally {
      this.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** @internal The server's name for it on this connection. */
  get name(): string | undefined {
    return this.#name;
  }

  /** @internal */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** @internal */
  request(): unknown {
    const snapshot = this.#snapshotsDue.size > 0;
    const { coalesce, excerpt, include } = this.#options;
    return {
      ...(coalesce === undefined ? {} : { coalesce_ms: coalesce }),
      ...(excerpt === undefined ? {} : { excerpt }),
      ...(include === undefined ? {} : { include }),
      ...this.#options.more,
      feeds: this.feeds,
      ...(this.#place === undefined ? {} : { after: this.#place }),
      ...(snapshot ? { snapshot } : {}),
    };
  }

  /** @internal */
  begin(name: string, place: string): void {
    this.#name = name;
    this.#parts.clear();
    // A place that was asked for stays until an entry advances it: the answer's is the end of the log, and what lies between is still on its way.
    this.#place ??= place;
  }

  /** @internal */
  left(): void {
    this.#name = undefined;
  }

  /** @internal */
  end(reason?: unknown): void {
    this.#entries.end(reason);
  }

  /** @internal */
  change({ feed, place, op, item }: ChangeFrame): void {
    if (this.#isPaused) return;
    if (op === 'gap') return this.#gap(feed, place);
    // Changes come after the state, so whatever was due has come. Receipts come at any time.
    if (feed !== receipts) this.#snapshotsDue.clear();
    this.#place = place;
    this.#put({ op, feed, place, item });
  }

  /** @internal Keeps the parts until the state is complete, so that nothing is left of one that is interrupted. */
  snapshot({ feed, items, done }: SnapshotFrame): void {
    if (this.#isPaused || !(this.#snapshotsDue.has(feed) || feed === attention)) return;
    const all = this.#parts.get(feed) ?? [];
    for (const item of items) all.push(item);
    this.#parts.set(feed, all);
    if (!done) return;
    this.#parts.delete(feed);
    this.#snapshotsDue.delete(feed);
    this.#put({ op: 'snapshot', feed, place: this.#place, items: all });
  }

  /** The log no longer has everything since the last entry. If the state was asked for, it must come again, unless it is on its way. */
  #gap(feed: string, place: string): void {
    const after = this.#place;
    this.#place = place;
    const again = this.#options.snapshot && this.#snapshotsDue.size === 0;
    // Asked for again, this subscription ends, and with it the gaps of the other feeds.
    for (const one of again ? Object.keys(this.feeds) : [feed]) this.#put({ op: 'gap', feed: one, place, after });
    if (!again) return;
    for (const one of Object.keys(this.feeds)) this.#snapshotsDue.add(one);
    this.#owner.leave(this);
    this.#owner.want(this);
  }

  #put(entry: FeedEntry): void {
    this.#entries.push(entry);
    if (this.#entries.size <= most) return;
    this.#isPaused = true;
    this.#owner.leave(this);
  }

  #caughtUp(): void {
    if (!this.#isPaused || this.#entries.size > few) return;
    this.#isPaused = false;
    this.#owner.want(this);
  }
}
