import { Connection } from './connection/connection.ts';
import type { ConnectionState } from './connection/owner.ts';
import type { ParleyError } from './errors.ts';
import type { FeedSelection, FeedsIn, SubscribeOptions } from './feeds/entries.ts';
import type { Feed } from './feeds/feed.ts';
import { Feeds } from './feeds/feeds.ts';
import { Groups } from './groups/groups.ts';
import { Messages } from './groups/messages.ts';
import { Listeners } from './listeners.ts';
import { accessOf } from './locate.ts';
import type { Access, TicketSource } from './rest/access.ts';
import { fill } from './rest/rest.ts';
import type { Welcome } from './types.ts';

export interface ParleyOptions {
  /** The server's address, `http://host:port`. Defaults to the page's own origin; in Node.js to `PARLEY_URL`, or else the server on this machine. */
  url?: string | undefined;
  /** The token to call with. In Node.js, it defaults to `PARLEY_TOKEN`, or else a token of the server on this machine. Never put one into a page that
   * others open. */
  token?: string | undefined;
  /** Opens sockets and streams with tickets, which the page's own backend gets. Without a token and tickets, the page's session is used: its cookie. */
  ticket?: TicketSource | undefined;
  /** The project. Defaults to `PARLEY_PROJECT` in Node.js, or else the token's project, or else `default`. */
  project?: string | undefined;
  /** Whose socket carries the feeds: an agent's id, for an agent's token. By default the operators' (`human`), for operators, observers, and admins. */
  agentId?: string | undefined;
  /** Node.js only: the data folder of a server on this machine. Defaults to `$PARLEY_DATA`, or else `$XDG_DATA_HOME/parley`, or else
   * `~/.local/share/parley`. */
  dataFolder?: string | undefined;
}

/** A server, as one caller sees it: everything over REST, and feeds over one WebSocket, which is opened by the first `subscribe`. */
export class Parley extends Groups {
  readonly messages: Messages;
  readonly #access: () => Access;
  readonly #socket: string;
  readonly #states = new Listeners<ConnectionState>();
  #line: FeedLine | undefined;

  constructor(options: ParleyOptions = {}) {
    const access = accessOf(options);
    super(access);
    this.#access = access;
    this.#socket = options.agentId ?? 'human';
    this.messages = new Messages(this.rest);
  }

  /** The server's address. */
  get url(): string {
    return this.#access().url;
  }

  /** The project that was named; undefined if the token's project, or else `default`, is meant. */
  get project(): string | undefined {
    return this.#access().project;
  }

  /** The state of the socket; undefined before the first `subscribe`. */
  get connection(): ConnectionState | undefined {
    return this.#line?.connection.state;
  }

  /** The first frame of the socket's current connection. */
  get welcome(): Welcome | undefined {
    return this.#line?.connection.welcome;
  }

  /** Calls back at each change of the socket's state. With `closed`, its `reason` says why it will not come back: `unauthorized` if the token or session
   * ended. The next `subscribe` opens another.
   * @returns Removes the listener. */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#states.add(listener);
  }

  /** If the socket waits to reconnect: tries now. */
  retryNow(): void {
    this.#line?.connection.retryNow();
  }

  /** Follows feeds: the current state first, if asked for, and then every change, from a place or from now on. Nothing that happens after this completes
   * is missed. All subscriptions share one socket, which reconnects by itself; while no server answers, this waits.
   * @throws {ParleyError} The server refuses it. */
  override async subscribe<const S extends FeedSelection>(selection: S, options: SubscribeOptions = {}): Promise<Feed<FeedsIn<S>>> {
    if (this.#line?.connection.state.status === 'closed') this.#line = undefined;
    this.#line ??= this.#open();
    return this.#line.feeds.subscribe(selection, options);
  }

  /** Closes the socket and ends all subscriptions. */
  close(): void {
    this.#line?.connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #open(): FeedLine {
    const line = new FeedLine(this.#access, this.#socket);
    line.connection.states.add((state) => this.#states.tell(state));
    void line.connection.open().catch(() => undefined);
    return line;
  }
}

/** The socket of feeds. */
class FeedLine {
  readonly connection: Connection;
  readonly feeds: Feeds;
  readonly failsFirst = false;
  readonly access: () => Access;
  readonly #agentId: string;

  constructor(access: () => Access, agentId: string) {
    this.access = access;
    this.#agentId = agentId;
    this.connection = new Connection(this);
    this.feeds = new Feeds(this.connection);
  }

  path(brokenSession: string | undefined): string {
    return fill('/ws/{agent_id}', { path: { agent_id: this.#agentId }, query: { batch: 1, window: 0, session: brokenSession } });
  }

  take() {
    return this.feeds.take();
  }

  frame(event: string, data: unknown): void {
    this.feeds.frame(event, data);
  }

  broke(): void {
    this.feeds.broke();
  }

  ended(reason: Error): void {
    this.feeds.ended(reason, (reason as ParleyError).code === 'closed');
  }
}
