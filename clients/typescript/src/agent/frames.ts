import type { Exchange } from '../connection/exchange.ts';
import { AgentError, ConnectionError, ParleyError, TimeoutError } from '../errors.ts';
import type { Message, Problem, SendAnswer } from '../types.ts';

/** A message to acknowledge. */
export interface Acknowledged {
  readonly messageId: string;
  readonly leaseId: string | undefined;
  /** The connection that delivered it. */
  readonly connection: number;
  /** Told how it went, if somebody waits; otherwise the server may store it a little later. */
  readonly confirm?: (problem: Problem | undefined) => void;
}

export interface PendingSend {
  readonly request: Record<string, unknown>;
  readonly kind: 'message:send' | 'message:reply' | 'request:send';
  readonly size: number;
  readonly exchange?: Exchange;
  resolve(answer: SendAnswer): void;
  reject(reason: Error): void;
}

export interface Line {
  readonly number: number;
  readonly isUp: boolean;
  flush(): void;
}

/** A frame of sends or of replies, with one answer for all of them. */
export class Sends implements Exchange {
  readonly event: string;
  readonly #sends: PendingSend[];
  readonly #settled: (count: number) => void;

  constructor(sends: PendingSend[], settled: (count: number) => void) {
    this.event = sends[0]!.kind;
    this.#sends = sends;
    this.#settled = settled;
  }

  data(): unknown {
    const items = this.#sends.map((send) => send.request);
    return items.length === 1 ? items[0] : { items };
  }

  ok(data: unknown): void {
    // Counted first, so that whoever sends again after a confirmation finds room.
    this.#settled(this.#sends.length);
    const answers = this.#sends.length === 1 ? [data] : (data as { items: unknown[] }).items;
    this.#sends.forEach((send, at) => {
      const answer = answers[at] as (SendAnswer & { problem?: Problem }) | undefined;
      if (answer?.problem) send.reject(new ParleyError(answer.problem));
      else send.resolve(answer!);
    });
  }

  error(problem: Problem): void {
    this.fail(new ParleyError(problem));
  }

  broken(): boolean {
    return true;
  }

  fail(reason: Error): void {
    this.#settled(this.#sends.length);
    for (const send of this.#sends) send.reject(reason);
  }
}

/** A frame of acknowledgments. */
export class Acks implements Exchange {
  readonly event = 'message:ack';
  readonly #messages: Acknowledged[];
  readonly #line: Line;
  readonly #done: (message: Acknowledged, problem: Problem | undefined) => void;

  constructor(messages: Acknowledged[], line: Line, done: (message: Acknowledged, problem: Problem | undefined) => void) {
    this.#messages = messages;
    this.#line = line;
    this.#done = done;
  }

  data(): unknown {
    const items = this.#messages.map(({ messageId, leaseId, connection, confirm }) => ({
      message_id: messageId,
      // The leases of a broken connection are gone. Without one, the server settles the agent's delivery no matter who holds it now, which is right,
      // because the message has been handled.
      ...(connection === this.#line.number && leaseId !== undefined ? { lease_id: leaseId } : {}),
      ...(confirm ? {} : { defer: true }),
    }));
    return items.length === 1 ? items[0] : { items };
  }

  ok(data: unknown): void {
    const results = this.#messages.length === 1 ? [{}] : (data as { items: unknown[] }).items;
    this.#messages.forEach((message, at) => this.#done(message, (results[at] as { problem?: Problem } | undefined)?.problem ?? undefined));
  }

  error(problem: Problem): void {
    for (const message of this.#messages) this.#done(message, problem);
  }

  broken(): boolean {
    return true;
  }

  fail(reason: Error): void {
    this.error(problemFor(reason));
  }
}

/** A request: its frame is answered twice, when it is stored and with the reply. It is not repeated after a broken connection, since its recipient may be
 * working on it. */
export class Request implements Exchange {
  readonly event = 'request:send';
  readonly #fields: unknown;
  readonly #resolve: (reply: Message) => void;
  readonly #reject: (reason: Error) => void;
  readonly #settled: () => void;
  #isStored = false;

  constructor(fields: unknown, resolve: (reply: Message) => void, reject: (reason: Error) => void, settled: () => void) {
    this.#fields = fields;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#settled = settled;
  }

  data(): unknown {
    return this.#fields;
  }

  ok(): boolean {
    this.#isStored = true;
    this.#settled();
    return true;
  }

  answer(data: unknown): void {
    const { status, reply } = data as { status: string; reply: Message };
    if (status === 'error') this.#reject(new AgentError(reply));
    else this.#resolve(reply);
  }

  error(problem: Problem): void {
    this.#end(problem.code === 'request_timeout' ? new TimeoutError(problem) : new ParleyError(problem));
  }

  broken(lost: ConnectionError): boolean {
    this.#end(new ConnectionError(lost.detail, lost, this.#isStored));
    return false;
  }

  fail(reason: Error): void {
    this.#end(reason);
  }

  #end(reason: Error): void {
    if (!this.#isStored) this.#settled();
    this.#reject(reason);
  }
}

/** The problem with which a connection ended. */
export function problemFor(reason: Error): Problem {
  return reason instanceof ParleyError ? reason.problem : new ParleyError({ code: 'internal_error', detail: reason.message }).problem;
}
