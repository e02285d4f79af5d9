import { pause, until } from '../backoff.ts';
import { closedByUs, Connection } from '../connection/connection.ts';
import { Call, type Exchange } from '../connection/exchange.ts';
import type { ConnectionState } from '../connection/owner.ts';
import { ConnectionError, ParleyError, TimeoutError } from '../errors.ts';
import type { FeedSelection, FeedsIn, SubscribeOptions } from '../feeds/entries.ts';
import type { Feed } from '../feeds/feed.ts';
import { Feeds } from '../feeds/feeds.ts';
import { Listeners } from '../listeners.ts';
import { Queue } from '../queue.ts';
import { Groups } from '../groups/groups.ts';
import { Messages } from '../groups/messages.ts';
import { fill } from '../rest/rest.ts';
import type {
  Agent as AgentInfo,
  AgentTask,
  BroadcastRequest,
  InboxItem,
  Message,
  Problem,
  SendAnswer,
  SendRequest,
  StatusRequest,
} from '../types.ts';
import { MessageHandler, type MessageFilter, type MessageWork } from './handler.ts';
import { Identity } from './identity.ts';
import type { AgentOptions, RequestOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { ReceivedMessage, settles, type Reply, type Settling } from './received.ts';
import { workOnStep, workOnTask, type AssignedStep } from './work.ts';

/** How long `close` waits for what is in flight, and a request for its answer beyond its time. */
const grace = 5000;

/** An agent's live connection: it sends, receives, and follows feeds over one WebSocket. If the connection breaks, it reconnects by itself and goes on where
 * it was; unconfirmed sends are repeated under the same idempotency keys. */
export class Agent extends Groups {
  /** Messages over REST: past ones, search, and traces. */
  readonly history: Messages;
  readonly #identity: Identity;
  readonly #options: AgentOptions;
  readonly #connection: Connection;
  readonly #feeds: Feeds;
  readonly #outbox: Outbox;
  readonly #received = new Queue<ReceivedMessage>();
  readonly #handlers = new Set<MessageHandler>();
  readonly #stop = new AbortController();
  readonly #frames = new Map<string, Listeners<unknown>>();
  readonly #refusedAcks = new Listeners<{ messageId: string; problem: Problem }>();
  readonly #settling: Settling;
  #isReceiving = false;
  #opensWindow = false;
  #filter: MessageFilter | undefined;
  #status: StatusRequest | undefined;

  private constructor(identity: Identity, options: AgentOptions) {
    super(() => identity.access());
    this.history = new Messages(this.rest);
    this.#identity = identity;
    this.#options = options;
    this.#connection = new Connection({
      failsFirst: true,
      access: () => identity.access(),
      path: (brokenSession) => this.#path(brokenSession),
      first: () => this.#first(),
      take: () => [...this.#feeds.take(), ...this.#outbox.take()],
      frame: (event, data) => this.#take(event, data),
      broke: () => {
        this.#outbox.broke();
        this.#feeds.broke();
      },
      ended: (reason) => this.#ended(reason),
      renew: (refusal) => identity.renew(refusal),
    });
    this.#feeds = new Feeds(this.#connection);
    this.#outbox = new Outbox(this.#connection, options.maxUnconfirmed ?? 1024, (messageId, problem) =>
      this.#refusedAcks.tell({ messageId, problem }),
    );
    this.#settling = {
      ack: (message, confirm) => this.#ack(message, confirm),
      nack: (message, delay, reason) => this.#nack(message, delay, reason),
      extend: (message, lease) => this.#settle('message:extend', message, { lease_seconds: Math.ceil(lease / 1000) }),
      surfaced: (message) => this.#settle('message:surfaced', message, {}, true),
      reply: (messageId, reply) => this.reply(messageId, reply),
    };
  }

  /** Connects as an agent. On the server's own machine, an id or a name is all that is needed: this finds the server, registers the agent, and keeps its token
   * for the next time.
   * @throws {ConfigurationError} No server was found, or no way to get a token.
   * @throws {ConnectionError} The server does not answer.
   * @throws {ParleyError} The server refuses. */
  static async connect(options: string | AgentOptions): Promise<Agent> {
    const given = typeof options === 'string' ? { agentId: options } : options;
    const identity = await Identity.find(given, given.signal);
    const agent = new Agent(identity, given);
    await agent.#connection.open(given.signal);
    try {
      if (identity.differs(agent.info)) await agent.#call('agent:register', identity.profile, { repeat: true, signal: given.signal });
    } catch (refused) {
      await agent.close();
      throw refused;
    }
    return agent;
  }

  get agentId(): string {
    return this.#identity.agentId;
  }

  /** The agent as the server knew it when the connection was made. */
  get info(): AgentInfo {
    return this.#connection.welcome!.agent;
  }

  /** The server's name for the current connection, or the last one. */
  get sessionId(): string {
    return this.#connection.welcome!.session_id;
  }

  /** The end of the project's log when the connection was made: a subscription after this place misses nothing since then. */
  get place(): string {
    return this.#connection.welcome!.place;
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  /** Calls back at each change of the connection's state.
   * @returns Removes the listener. */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#connection.states.add(listener);
  }

  /** Calls back when an acknowledgment that nobody waited for was refused, usually because the lease had lapsed: the message is delivered again.
   * @returns Removes the listener. */
  onAckRefused(listener: (refusal: { messageId: string; problem: Problem }) => void): () => void {
    return this.#refusedAcks.add(listener);
  }

  /** Calls back for a frame that the server sends by itself: `task:assigned` and `task:updated`; with `notify: 'all'` also `agent:joined`, `agent:left`,
   * `memory:updated`, `memory:removed`, and `event`.
   * @returns Removes the listener. */
  on(event: 'task:assigned' | 'task:updated', listener: (task: AgentTask) => void): () => void;
  on(event: 'agent:joined' | 'agent:left', listener: (agent: AgentInfo) => void): () => void;
  on(event: string, listener: (data: any) => void): () => void;
  on(event: string, listener: (data: any) => void): () => void {
    const all = this.#frames.get(event) ?? new Listeners<unknown>();
    this.#frames.set(event, all);
    return all.add(listener);
  }

  /** Sends a message; completes when the server has it on disk. Sends that are not awaited one by one share frames and keep their order. While the connection
   * is down, they wait.
   * @throws {ParleyError} The server refused it. */
  send(to: string | string[], content: string, options?: { signal?: AbortSignal }): Promise<SendAnswer>;
  send(request: SendRequest, options?: { signal?: AbortSignal }): Promise<SendAnswer>;
  send(request: string | string[] | SendRequest, ...rest: unknown[]): Promise<SendAnswer> {
    const [send, options] = requested(request, rest);
    return until(this.#outbox.send(send), options?.signal);
  }

  /** Sends a message to everybody else in the project, or to those that the request selects. */
  broadcast(message: string | BroadcastRequest, options: { signal?: AbortSignal } = {}): Promise<SendAnswer> {
    return this.history.broadcast(typeof message === 'string' ? { content: message } : message, options);
  }

  /** Replies to a message, in its thread, and acknowledges this agent's delivery of it, unless `settle` is false or the intent is `ack`. */
  async reply(messageId: string, reply: Reply): Promise<SendAnswer> {
    const settle = settles(reply);
    try {
      return await this.#outbox.send((typeof reply === 'string' ? { content: reply } : reply) as SendRequest, messageId, settle);
    } finally {
      if (settle) this.#outbox.settled(messageId);
    }
  }

  /** Sends a message and waits for the first reply. If the connection breaks, the request is not repeated, since its recipient may be working on it.
   * @throws {AgentError} The recipient replied that it could not do it.
   * @throws {TimeoutError} Nobody replied in time.
   * @throws {ConnectionError} The connection broke; `stored` says whether the request goes on.
   * @throws {ParleyError} The server refused to send it. */
  async request(to: string | string[], content: string, options?: RequestOptions): Promise<Message>;
  async request(request: SendRequest, options?: RequestOptions): Promise<Message>;
  async request(request: string | string[] | SendRequest, ...rest: unknown[]): Promise<Message> {
    const [send, options = {}] = requested(request, rest) as [SendRequest, RequestOptions?];
    const timeout = options.timeout ?? 30_000;
    const ended = new AbortController();
    const late = pause(timeout + grace, ended.signal).then(() => {
      throw this.connection.status === 'connected'
        ? new TimeoutError({ code: 'request_timeout', status: 504, detail: `Nobody replied within ${timeout / 1000} s.` })
        : new ConnectionError(`There was no connection to ${this.#identity.access().url} for ${timeout / 1000} s.`);
    });
    try {
      return await until(Promise.race([this.#outbox.request({ intent: 'request', ...send }, timeout), late]), options.signal);
    } finally {
      ended.abort();
      late.catch(() => undefined);
    }
  }

  /** Yields the agent's messages as they arrive, until the loop is left or the connection is closed for good. Acknowledge each one: at most `window` are out
   * unacknowledged. Nothing is fetched before the first call. Several loops share the messages.
   * @param filter Which messages this connection takes from now on; the rest stay queued. Its `signal` ends the loop with its reason. */
  async *messages(filter?: MessageFilter & { signal?: AbortSignal | undefined }): AsyncGenerator<ReceivedMessage, void, undefined> {
    const { signal, ...taken } = filter ?? {};
    if (Object.keys(taken).length > 0) await this.filter(taken);
    this.#openWindow();
    while (await this.#received.ready(signal)) {
      for (let message = this.#received.shift(); message; message = this.#received.shift()) if (this.#isCurrent(message)) yield message;
    }
  }

  /** Sets which messages this connection takes from its mailbox from now on; without one, all. The rest stay queued, for other connections or for later. */
  async filter(filter?: MessageFilter): Promise<void> {
    this.#filter = filter;
    await this.#call('mailbox:filter', filter ?? {}, { repeat: true });
  }

  /** Works on messages, one at a time. Each message goes to the first handler whose filter matches. It is acknowledged when the handler finishes, and given
   * back if the handler throws, unless the handler settled it itself.
   * @returns Removes the handler. */
  onMessage(filter: MessageFilter, work: MessageWork): () => void {
    const handler = new MessageHandler(filter, work, (message) => this.#isCurrent(message), this.#stop.signal);
    this.#handlers.add(handler);
    this.#openWindow();
    return () => {
      this.#handlers.delete(handler);
      handler.end();
    };
  }

  /** Works on the tasks that are assigned to this agent, one at a time. Each is started, its lease is extended while the handler runs, and then it is completed
   * with what the handler returns; if the handler throws, it fails. If the agent loses the task meanwhile, the handler's signal is aborted and its result
   * is dropped.
   * @returns Removes the handler. */
  onTaskAssigned(work: (task: AgentTask, signal: AbortSignal) => Promise<unknown> | unknown): () => void {
    return this.onMessage({ types: ['task_assignment'] }, (message, stop) => workOnTask(this.tasks, message, work, stop));
  }

  /** Works on the steps that workflows hand to this agent, one at a time. A step completes with what the handler returns; if the handler throws, the attempt
   * fails.
   * @returns Removes the handler. */
  onWorkflowStep(work: (step: AssignedStep, signal: AbortSignal) => Promise<unknown> | unknown): () => void {
    return this.onMessage({ types: ['workflow_step'] }, (message, stop) => workOnStep(message, work, stop));
  }

  /** Follows feeds over this agent's socket, as `Parley.subscribe`. */
  override subscribe<const S extends FeedSelection>(selection: S, options: SubscribeOptions = {}): Promise<Feed<FeedsIn<S>>> {
    return this.#feeds.subscribe(selection, options);
  }

  /** Sets the agent's status and activity, as others see them, also after a reconnect. What is absent does not change. */
  async setStatus(status: StatusRequest): Promise<void> {
    this.#status = { ...this.#status, ...status };
    await this.#call('agent:status', this.#status, { repeat: true });
  }

  /** Waits until the server has answered everything that was sent and acknowledged so far. Refusals go to those who sent. */
  flush(): Promise<void> {
    return this.#outbox.flushed();
  }

  /** If it waits to reconnect: tries now. */
  retryNow(): void {
    this.#connection.retryNow();
  }

  /** Waits up to 5 s for what is in flight, then closes the connection. Messages that are not acknowledged are requeued at once. */
  async close(): Promise<void> {
    if (this.connection.status === 'connected') {
      const done = new AbortController();
      await Promise.race([this.flush(), pause(grace, done.signal).catch(() => undefined)]);
      done.abort();
    }
    this.#stop.abort(closedByUs());
    this.#connection.close();
    for (const handler of this.#handlers) handler.end();
    await Promise.all([...this.#handlers].map((handler) => handler.finished));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #path(brokenSession: string | undefined): string {
    const { autoAck, notify, window } = this.#options;
    this.#opensWindow = this.#isReceiving && this.#filter === undefined;
    const query = {
      batch: 1,
      window: this.#opensWindow ? (window ?? 256) : 0,
      ack: autoAck ? 'auto' : undefined,
      notify,
      session: brokenSession,
    };
    return fill('/ws/{agent_id}', { path: { agent_id: this.agentId }, query });
  }

  #first(): Exchange[] {
    return [
      ...(this.#status ? [new Call('agent:status', this.#status, false)] : []),
      ...(this.#filter ? [new Call('mailbox:filter', this.#filter, false)] : []),
      ...(this.#isReceiving && !this.#opensWindow ? [this.#windowCall()] : []),
    ];
  }

  #take(event: string, data: unknown): void {
    if (event === 'message:received') this.#dispatch(new ReceivedMessage(this.#settling, this.#connection.number, data as InboxItem));
    else if (!this.#feeds.frame(event, data)) this.#frames.get(event)?.tell(data);
  }

  #dispatch(message: ReceivedMessage): void {
    if (this.#outbox.isSettled(message.message.message_id)) return;
    for (const handler of this.#handlers) if (handler.take(message)) return;
    this.#received.push(message);
  }

  /** The server has requeued what came over earlier connections, and delivers it again over this one. */
  #isCurrent(message: ReceivedMessage): boolean {
    return (
      (message.connection === this.#connection.number || this.#options.autoAck === true) &&
      !this.#outbox.isSettled(message.message.message_id)
    );
  }

  #ended(reason: Error): void {
    const byUs = (reason as ParleyError).code === 'closed';
    this.#outbox.close(reason);
    this.#feeds.ended(reason, byUs);
    this.#received.end(byUs ? undefined : reason);
    this.#stop.abort(reason);
  }

  #openWindow(): void {
    if (this.#isReceiving) return;
    this.#isReceiving = true;
    this.#connection.ask(this.#windowCall());
  }

  #windowCall(): Call<void> {
    return new Call('window', { window: this.#options.window ?? 256 }, false);
  }

  async #ack(message: ReceivedMessage, confirm: boolean): Promise<void> {
    message.isSettled = true;
    if (this.#options.autoAck) return;
    const ack = { messageId: message.message.message_id, leaseId: message.leaseId, connection: message.connection };
    if (!confirm) return this.#outbox.ack(ack);
    const problem = await new Promise<Problem | undefined>((resolve) => this.#outbox.ack({ ...ack, confirm: resolve }));
    if (problem) throw new ParleyError(problem);
  }

  async #nack(message: ReceivedMessage, delay: number | undefined, reason: string | undefined): Promise<void> {
    message.isSettled = true;
    // The lease was freed together with its connection, so the message has been given back already.
    if (message.connection !== this.#connection.number) return;
    await this.#settle('message:nack', message, {
      ...(delay === undefined ? {} : { delay_seconds: delay / 1000 }),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  async #settle(event: string, { message, leaseId }: ReceivedMessage, fields: object, repeat = false): Promise<void> {
    await this.#call(event, { message_id: message.message_id, ...(repeat ? {} : { lease_id: leaseId }), ...fields }, { repeat });
  }

  #call<T>(event: string, data: unknown, options: { repeat?: boolean; signal?: AbortSignal | undefined } = {}): Promise<T> {
    return this.#connection.call<T>(event, data, options);
  }
}

function requested(request: string | string[] | SendRequest, rest: unknown[]): [SendRequest, { signal?: AbortSignal }?] {
  if (typeof request === 'string' || Array.isArray(request))
    return [{ to: request, content: rest[0] as string }, rest[1] as { signal?: AbortSignal }];
  return [request, rest[0] as { signal?: AbortSignal }];
}
