import { until } from '../backoff.ts';
import { Call, type Exchange } from '../connection/exchange.ts';
import { ParleyError, type ConnectionError } from '../errors.ts';
import type { Problem } from '../types.ts';
import { selected, type FeedSelection, type FeedsIn, type SubscribeOptions } from './entries.ts';
import { Feed, type ChangeFrame, type SnapshotFrame } from './feed.ts';

interface Line {
  ask(exchange: Exchange): void;
  flush(): void;
}

/** The subscriptions of one connection. */
export class Feeds {
  readonly #line: Line;
  /** Those that stand or will, with whoever waits for the first answer. */
  readonly #all = new Map<Feed, { stood: boolean; resolve(): void; reject(reason: unknown): void }>();
  readonly #byName = new Map<string, Feed>();
  readonly #wanted = new Set<Feed>();

  constructor(line: Line) {
    this.#line = line;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  async subscribe<const S extends FeedSelection>(selection: S, options: SubscribeOptions): Promise<Feed<FeedsIn<S>>> {
    const feed = new Feed<FeedsIn<S>>(this, selected(selection), options);
    const stands = new Promise<void>((resolve, reject) => this.#all.set(feed as unknown as Feed, { stood: false, resolve, reject }));
    this.want(feed as unknown as Feed);
    try {
      await until(stands, options.signal);
      return feed;
    } catch (reason) {
      feed.close();
      throw reason;
    }
  }

  want(feed: Feed): void {
    if (!this.#all.has(feed)) return;
    this.#wanted.add(feed);
    this.#line.flush();
  }

  remove(feed: Feed<never> | Feed): void {
    const own = feed as Feed;
    this.#all.delete(own);
    this.#wanted.delete(own);
    this.leave(own);
  }

  /** Has the server stop it; its place stays. */
  leave(feed: Feed): void {
    const name = feed.name;
    if (name === undefined || !this.#byName.delete(name)) return;
    feed.left();
    this.#line.ask(new Call('unsubscribe', { subscription: name }, false));
  }

  /** Those to ask for now. */
  take(): Exchange[] {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    return wanted.map((feed) => new Subscribe(this, feed));
  }

  /** @returns Whether it was a feed's frame. */
  frame(event: string, data: unknown): boolean {
    if (event === 'change') this.#byName.get((data as ChangeFrame).subscription)?.change(data as ChangeFrame);
    else if (event === 'snapshot') this.#byName.get((data as SnapshotFrame).subscription)?.snapshot(data as SnapshotFrame);
    else return false;
    return true;
  }

  /** Their names ended with the connection. */
  broke(): void {
    this.#byName.clear();
    for (const feed of this.#all.keys()) {
      feed.left();
      if (!feed.isPaused) this.#wanted.add(feed);
    }
  }

  /** @param reason Absent if the program closed the connection. */
  ended(reason: unknown, byUs: boolean): void {
    for (const [feed, waiting] of this.#all) {
      feed.end(byUs ? undefined : reason);
      waiting.reject(reason);
    }
    this.#all.clear();
  }

  began(feed: Feed, { subscription, place }: { subscription: string; place: string }): void {
    const waiting = this.#all.get(feed);
    if (!waiting || feed.isPaused) {
      // Closed or paused in the meantime.
      this.#line.ask(new Call('unsubscribe', { subscription }, false));
      return;
    }
    this.leave(feed);
    this.#byName.set(subscription, feed);
    feed.begin(subscription, place);
    waiting.stood = true;
    waiting.resolve();
  }

  refused(feed: Feed, reason: Error): void {
    const waiting = this.#all.get(feed);
    if (waiting?.stood && reason instanceof ParleyError && reason.retryable) {
      // It stood before, and the server cannot serve it for the moment.
      setTimeout(() => this.want(feed), (reason.retryAfter ?? 1) * 1000);
      return;
    }
    this.#all.delete(feed);
    feed.end(reason);
    waiting?.reject(reason);
  }
}

/** Asks for a subscription, on a new connection after its place. */
class Subscribe implements Exchange {
  readonly event = 'subscribe';
  readonly #owner: Feeds;
  readonly #feed: Feed;

  constructor(owner: Feeds, feed: Feed) {
    this.#owner = owner;
    this.#feed = feed;
  }

  data(): unknown {
    return this.#feed.request();
  }

  ok(data: unknown): void {
    this.#owner.began(this.#feed, data as { subscription: string; place: string });
  }

  error(problem: Problem): void {
    this.#owner.refused(this.#feed, new ParleyError(problem));
  }

  // The next connection asks for all of them.
  broken(_: ConnectionError): boolean {
    return false;
  }

  fail(reason: Error): void {
    this.#owner.refused(this.#feed, reason);
  }
}
