import { Backoff, pause, until } from '../backoff.ts';
import { ConnectionError, ParleyError } from '../errors.ts';
import { Listeners } from '../listeners.ts';
import { platform, type Socket } from '../platform/platform.ts';
import type { Access } from '../rest/access.ts';
import { Rest } from '../rest/rest.ts';
import type { Problem, Welcome } from '../types.ts';
import { closing, refusedFrames } from './closing.ts';
import { Call, type Exchange } from './exchange.ts';
import type { ConnectionOwner, ConnectionState } from './owner.ts';

interface FrameIn {
  event: string;
  id?: string;
  data?: unknown;
}

const welcomePatience = 15_000;
/** More shares no WebSocket message. */
const mostCharacters = 256 * 1024;
/** What the server takes in one message. */
const mostBytes = 4 * 1024 * 1024;

/** A WebSocket to the server, over as many connections as it takes. Unanswered frames are sent again on the next one, if they may be. */
export class Connection {
  readonly states = new Listeners<ConnectionState>();
  #state: ConnectionState = { status: 'connecting', since: Date.now() };
  readonly #owner: ConnectionOwner;
  readonly #backoff = new Backoff(500, 15_000);
  readonly #stop = new AbortController();
  readonly #unanswered = new Map<string, Exchange>();
  #operations: Exchange[] = [];
  #lastId = 0;
  #socket: Socket | undefined;
  #welcome: Welcome | undefined;
  #isUp = false;
  #flushing = false;
  #heard = false;
  #complaint: Problem | undefined;
  #hurry: (() => void) | undefined;
  #closed: Promise<Closed> | undefined;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The first frame of the current connection, or of the last one. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  /** Whether frames can be sent now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** How many connections there have been, with this one. */
  number = 0;

  /** Connects. Completes with the first welcome; from then on, it keeps itself connected. */
  async open(signal?: AbortSignal): Promise<void> {
    let first: () => void;
    let failed: (reason: unknown) => void;
    const opened = new Promise<void>((resolve, reject) => ((first = resolve), (failed = reject)));
    void this.#run(() => first()).catch((reason) => failed(reason));
    platform().onOnline?.(() => this.retryNow(), this.#stop.signal);
    try {
      await until(opened, signal);
    } catch (reason) {
      this.close(reason as Error);
      throw reason;
    }
  }

  /** If it waits for the next try: tries now. */
  retryNow(): void {
    this.#hurry?.();
  }

  /** Sends a frame, and completes with its answer. */
  call<T>(
    event: string,
    data: unknown,
    { repeat = false, signal }: { repeat?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    const call = new Call<T>(event, data, repeat);
    this.ask(call);
    return until(call.done, signal);
  }

  ask(exchange: Exchange): void {
    if (this.#state.status === 'closed') return exchange.fail(this.#state.reason ?? closedByUs());
    this.#operations.push(exchange);
    this.flush();
  }

  /** Has whatever is ready sent, together with what else becomes ready in this turn. */
  flush(): void {
    if (this.#flushing || !this.#isUp) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      if (this.#isUp) this.#write();
    });
  }

  /** Lets go of the connection as if it had broken. */
  drop(): void {
    this.#socket?.abort();
  }

  /** Ends it for good. Whatever is unanswered fails with the reason. */
  close(ended?: Error): void {
    if (this.#state.status === 'closed') return;
    this.#isUp = false;
    const reason = ended ?? closedByUs();
    this.#become({ status: 'closed', ...(ended ? { reason } : {}) });
    this.#stop.abort(reason);
    this.#socket?.close();
    this.#fail(reason);
    this.#owner.ended(reason);
  }

  /** Completes when everything that is unanswered now has been answered. */
  get unanswered(): number {
    return this.#unanswered.size + this.#operations.length;
  }

  async #run(first: () => void): Promise<void> {
    let isFirst = true;
    for (;;) {
      try {
        await this.#openOnce();
        if (isFirst) first();
        isFirst = false;
      } catch (refused) {
        if (this.#stop.signal.aborted) throw refused;
        const error =
          refused instanceof ParleyError ? refused : new ParleyError({ code: 'internal_error', detail: String(refused) }, refused);
        if (!(error instanceof ConnectionError) && (await this.#renewed(error))) continue;
        if (!error.retryable || (isFirst && this.#owner.failsFirst)) {
          this.close(error);
          throw error;
        }
        await this.#wait(error);
        continue;
      }
      const closed = await this.#closed!;
      if (this.#stop.signal.aborted) return;
      const lost = this.#owner.access().unreachable(`the connection broke (${closed.code} ${closed.reason})`);
      this.#break(lost, refusedFrames(closed.code, closed.reason, this.#complaint));
      const end = closing(closed.code, closed.reason, this.#complaint);
      if (end) return this.close(end);
      await this.#wait(lost);
    }
  }

  async #renewed(refusal: ParleyError): Promise<boolean> {
    try {
      return (await this.#owner.renew?.(refusal)) ?? false;
    } catch (reason) {
      if (reason instanceof ParleyError && reason.retryable) return false;
      this.close(reason as Error);
      throw reason;
    }
  }

  /** Opens a connection and reads until its welcome. */
  async #openOnce(): Promise<void> {
    this.#become({ status: 'connecting', ...(this.#state.reason ? { reason: this.#state.reason } : {}) });
    const access = this.#owner.access();
    const path = this.#owner.path(this.#welcome?.session_id);
    const { address, headers } = await access.opening(path, this.#stop.signal);
    this.#stop.signal.throwIfAborted();
    let over: (closed: Closed) => void;
    const closed = (this.#closed = new Promise<Closed>((resolve) => (over = resolve)));
    this.#complaint = undefined;
    let upgraded = false;
    let welcomed: () => void;
    const welcome = new Promise<void>((resolve) => (welcomed = resolve));
    const socket = platform().openSocket(address.replace(/^http/, 'ws'), headers, {
      opened: () => (upgraded = true),
      text: (text) => {
        this.#heard = true;
        for (const frame of parse(text, socket)) {
          if (frame.event === 'agent:welcome') {
            this.#welcome = frame.data as Welcome;
            this.#up();
            welcomed();
          } else this.#take(frame, socket);
        }
      },
      closed: (code, reason, refusal) => {
        if (this.#socket === socket) this.#isUp = false;
        over({ code, reason, refusal });
      },
    });
    this.#socket = socket;
    const late = setTimeout(() => socket.abort(), welcomePatience);
    try {
      const early = await Promise.race([welcome, closed]);
      if (!early) return;
      this.#stop.signal.throwIfAborted();
      if (early.refusal) throw new ParleyError(early.refusal);
      const end = closing(early.code, early.reason, this.#complaint);
      if (end) throw end;
      // A browser does not say why an upgrade was refused, so a plain request asks the same.
      if (!upgraded && !platform().headers) await this.#askWhy(access);
      throw access.unreachable(
        upgraded ? `it closed the connection before its welcome (${early.code})` : early.reason || 'the connection failed',
      );
    } finally {
      clearTimeout(late);
    }
  }

  async #askWhy(access: Access): Promise<void> {
    try {
      await new Rest(() => access).get('/agents', { query: { limit: 1 }, repeat: false, signal: this.#stop.signal });
    } catch (refusal) {
      if (refusal instanceof ParleyError && (refusal.status === 401 || refusal.status === 403)) throw refusal;
    }
  }

  #up(): void {
    this.number++;
    this.#isUp = true;
    this.#backoff.reset();
    this.#operations.unshift(...(this.#owner.first?.() ?? []));
    this.#become({ status: 'connected' });
    this.#write();
    void this.#watch(this.#socket, this.#welcome!.heartbeat_seconds * 1000);
  }

  /** The server's pings are not seen in a browser, and a connection that dies silently says nothing. So a silent one is asked. */
  async #watch(socket: Socket | undefined, every: number): Promise<void> {
    const current = () => this.#isUp && this.#socket === socket;
    let asked = false;
    const timer = setInterval(() => {
      if (!current()) return clearInterval(timer);
      if (this.#heard) asked = false;
      else if (asked) {
        clearInterval(timer);
        socket!.abort();
      } else {
        asked = true;
        this.ask(new Call('agent:heartbeat', undefined, false));
      }
      this.#heard = false;
    }, every || 15_000);
    await this.#closed;
    clearInterval(timer);
  }

  #take(frame: FrameIn, socket: Socket): void {
    const problem = frame.data as Problem;
    // It is shutting down and took nothing, so everything unanswered goes to the server that comes up next.
    if (frame.event === 'error' && problem.code === 'stopping') return socket.abort();
    if (frame.id === undefined) {
      if (frame.event === 'error') this.#complaint = problem;
      else this.#owner.frame(frame.event, frame.data);
      return;
    }
    const exchange = this.#unanswered.get(frame.id);
    if (!exchange) return;
    this.#unanswered.delete(frame.id);
    if (frame.event === 'error') exchange.error(problem);
    else if (frame.event === 'answer') exchange.answer?.(frame.data);
    else if (exchange.ok(frame.data)) this.#unanswered.set(frame.id, exchange);
  }

  #write(): void {
    for (;;) {
      const ready = this.#operations.splice(0);
      if (ready.length === 0) ready.push(...this.#owner.take());
      if (ready.length === 0) return;
      let frames: string[] = [];
      let size = 0;
      const send = () => {
        if (frames.length > 0) this.#socket!.send(frames.length === 1 ? frames[0]! : `[${frames.join()}]`);
        frames = [];
        size = 0;
      };
      for (const exchange of ready) {
        const id = String(++this.#lastId);
        const text = JSON.stringify({ event: exchange.event, id, data: exchange.data() });
        if (text.length * 3 > mostBytes && new TextEncoder().encode(text).length > mostBytes) {
          // It would end the connection, and with it everything in flight.
          exchange.fail(new ParleyError({ code: 'too_large', status: 413, detail: `A frame has at most ${mostBytes} bytes.` }));
          continue;
        }
        this.#unanswered.set(id, exchange);
        if (size + text.length > mostCharacters) send();
        frames.push(text);
        size += text.length;
      }
      send();
    }
  }

  /** Unanswered frames wait for the next connection, ahead of what has not been sent yet. */
  #break(lost: ConnectionError, refused: ParleyError | undefined): void {
    const open = [...this.#unanswered.values()];
    this.#unanswered.clear();
    const again = open.filter((exchange) => (refused ? (exchange.fail(refused), false) : exchange.broken(lost)));
    this.#operations.unshift(...again);
    this.#owner.broke();
  }

  async #wait(reason: Error): Promise<void> {
    const asked = reason instanceof ParleyError ? (reason.retryAfter ?? 0) * 1000 : 0;
    const time = Math.max(asked, this.#backoff.next());
    this.#become({ status: 'waiting', retryAt: Date.now() + time, reason });
    const hurry = new AbortController();
    this.#hurry = () => hurry.abort();
    await pause(time, AbortSignal.any([hurry.signal, this.#stop.signal])).catch(() => undefined);
    this.#hurry = undefined;
    this.#stop.signal.throwIfAborted();
  }

  #fail(reason: Error): void {
    const open = [...this.#unanswered.values(), ...this.#operations];
    this.#unanswered.clear();
    this.#operations = [];
    for (const exchange of open) exchange.fail(reason);
  }

  #become(state: Omit<ConnectionState, 'since'>): void {
    if (this.#state.status === 'closed') return;
    this.#state = { ...state, since: Date.now() };
    this.states.tell(this.#state);
  }
}

interface Closed {
  code: number;
  reason: string;
  refusal: Problem | undefined;
}

function parse(text: string, socket: Socket): FrameIn[] {
  try {
    const content = JSON.parse(text) as FrameIn | FrameIn[];
    return Array.isArray(content) ? content : [content];
  } catch {
    // Not what a Parley server sends.
    socket.abort();
    return [];
  }
}

export function closedByUs(): ParleyError {
  return new ParleyError({ code: 'closed', title: 'The connection was closed.', detail: 'This connection was closed by this program.' });
}
