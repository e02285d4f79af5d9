import type { Exchange } from '../connection/exchange.ts';
import { IdempotencyKeys } from '../keys.ts';
import type { Message, Problem, SendAnswer, SendRequest } from '../types.ts';
import { Acks, problemFor, Request, Sends, type Acknowledged, type Line, type PendingSend } from './frames.ts';

const mostItems = 256;
const mostCharacters = 64 * 1024;
/** Before an acknowledgment that the server could not store is sent again. */
const ackPause = 500;

/** What an agent's connection has to send, and what waits for an answer. It outlives connections: what is unanswered on a broken one is sent again on the
 * next, sends with the same keys. */
export class Outbox {
  readonly #line: Line;
  readonly #mostUnconfirmed: number;
  readonly #refused: (messageId: string, problem: Problem) => void;
  readonly #keys = new IdempotencyKeys();
  readonly #sends: PendingSend[] = [];
  #acks: Acknowledged[] = [];
  readonly #settling = new Map<string, number>();
  readonly #settledBefore = new Set<string>();
  #inFlight = 0;
  #closed: Error | undefined;
  #idle: (() => void)[] = [];
  #open = 0;

  constructor(line: Line, mostUnconfirmed: number, refused: (messageId: string, problem: Problem) => void) {
    this.#line = line;
    this.#mostUnconfirmed = mostUnconfirmed;
    this.#refused = refused;
  }

  /** @param replies The message that it replies to; its delivery is acknowledged with it if `settles`. */
  send(request: SendRequest | Omit<SendRequest, 'to'>, replies?: string, settles = false): Promise<SendAnswer> {
    const fields: Record<string, unknown> = { ...request, idempotency_key: request.idempotency_key ?? this.#keys.next() };
    if (replies !== undefined) fields['message_id'] = replies;
    if (settles) this.#settles(replies!);
    const kind = replies === undefined ? 'message:send' : 'message:reply';
    return new Promise((resolve, reject) => this.#enqueue({ request: fields, kind, size: JSON.stringify(fields).length, resolve, reject }));
  }

  /** Completes with the reply. */
  request(request: SendRequest, timeout: number): Promise<Message> {
    const fields = { ...request, idempotency_key: request.idempotency_key ?? this.#keys.next(), timeout_seconds: timeout / 1000 };
    return new Promise<Message>((resolve, reject) => {
      const exchange = new Request(fields, resolve, reject, () => this.#settled(1));
      this.#enqueue({
        request: fields,
        kind: 'request:send',
        size: JSON.stringify(fields).length,
        exchange,
        resolve: () => undefined,
        reject,
      });
    });
  }

  ack(message: Acknowledged): void {
    if (this.#closed) return message.confirm?.(problemFor(this.#closed));
    this.#settles(message.messageId);
    // A connection that broke is not the current one, even before the next is up.
    if (!this.#line.isUp || message.connection !== this.#line.number) this.#settledBefore.add(message.messageId);
    this.#acks.push(message);
    this.#open++;
    this.#line.flush();
  }

  /** Whether this message was delivered again although it has been handled, because its acknowledgment was lost with a connection. */
  isSettled(messageId: string): boolean {
    return this.#settledBefore.has(messageId);
  }

  /** Completes when everything that is waiting now has been answered. */
  async flushed(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Those to send now, as few frames as there can be. */
  take(): Exchange[] {
    const ready: Exchange[] = [];
    while (this.#acks.length > 0)
      ready.push(new Acks(this.#acks.splice(0, mostItems), this.#line, (one, problem) => this.#acknowledged(one, problem)));
    let batch: PendingSend[] = [];
    let size = 0;
    const end = () => {
      if (batch.length > 0) ready.push(new Sends(batch, (count) => this.#settled(count)));
      batch = [];
      size = 0;
    };
    while (this.#sends.length > 0 && this.#inFlight < this.#mostUnconfirmed) {
      const send = this.#sends.shift()!;
      this.#inFlight++;
      if (send.exchange || batch[0]?.kind !== send.kind || batch.length === mostItems || size > mostCharacters) end();
      size += send.size;
      if (send.exchange) ready.push(send.exchange);
      else batch.push(send);
    }
    end();
    return ready;
  }

  /** The leases of what was acknowledged on the broken connection ended with it, so it is delivered again, but it has been handled. */
  broke(): void {
    this.#settledBefore.clear();
    for (const messageId of this.#settling.keys()) this.#settledBefore.add(messageId);
  }

  close(reason: Error): void {
    this.#closed = reason;
    for (const send of this.#sends.splice(0)) {
      this.#open--;
      send.reject(reason);
    }
    for (const ack of this.#acks.splice(0)) this.#acknowledged(ack, problemFor(reason));
    this.#wakeIdle();
  }

  #enqueue(send: PendingSend): void {
    if (this.#closed) return send.reject(this.#closed);
    this.#sends.push(send);
    this.#open++;
    this.#line.flush();
  }

  #settled(count: number): void {
    this.#inFlight -= count;
    this.#open -= count;
    this.#wakeIdle();
    if (this.#sends.length > 0) this.#line.flush();
  }

  #settles(messageId: string): void {
    this.#settling.set(messageId, (this.#settling.get(messageId) ?? 0) + 1);
  }

  /** Its settlement is stored or refused. */
  settled(messageId: string): void {
    const left = (this.#settling.get(messageId) ?? 1) - 1;
    if (left === 0) this.#settling.delete(messageId);
    else this.#settling.set(messageId, left);
  }

  #acknowledged(message: Acknowledged, problem: Problem | undefined): void {
    if (problem?.retryable && !this.#closed) {
      // The server could not store it, or may have after all. Acknowledging twice is harmless.
      setTimeout(() => {
        this.settled(message.messageId);
        this.#open--;
        this.ack(message);
      }, ackPause);
      return;
    }
    this.settled(message.messageId);
    this.#open--;
    if (message.confirm) message.confirm(problem);
    else if (problem) this.#refused(message.messageId, problem);
    this.#wakeIdle();
  }

  #wakeIdle(): void {
    if (this.#open > 0) return;
    for (const wake of this.#idle.splice(0)) wake();
  }
}
