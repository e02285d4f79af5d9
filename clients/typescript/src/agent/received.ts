import type { InboxItem, Json, Message, SendAnswer, SendRequest } from '../types.ts';

/** A reply: a text, or any field of a send. Goes to the sender, in the message's thread, unless it says otherwise. */
export type Reply = string | (Partial<SendRequest> & { payload?: Json });

/** What a received message asks of its agent. */
export interface Settling {
  ack(message: ReceivedMessage, confirm: boolean): Promise<void>;
  nack(message: ReceivedMessage, delay: number | undefined, reason: string | undefined): Promise<void>;
  extend(message: ReceivedMessage, lease: number): Promise<void>;
  surfaced(message: ReceivedMessage): Promise<void>;
  reply(messageId: string, reply: Reply): Promise<SendAnswer>;
}

/** A received message, leased to this agent until it is settled or `leaseUntil` has passed. */
export class ReceivedMessage {
  /** The message, as every recipient gets it. */
  readonly message: Message;
  /** This agent's delivery of it, as in traces and dead letters. */
  readonly deliveryId: string;
  /** 1 for the first delivery; higher if it was given back or its lease lapsed. */
  readonly attempt: number;
  /** When it is delivered again unless it is settled or extended. Absent with `autoAck`. */
  readonly leaseUntil: Date | undefined;
  /** Absent with `autoAck`. */
  readonly leaseId: string | undefined;
  /** @internal The connection that delivered it. */
  readonly connection: number;
  /** @internal */
  isSettled = false;
  readonly #agent: Settling;

  /** @internal */
  constructor(agent: Settling, connection: number, item: InboxItem) {
    this.#agent = agent;
    this.connection = connection;
    this.message = item.message;
    this.deliveryId = item.delivery_id;
    this.attempt = item.attempt;
    this.leaseId = item.lease_id ?? undefined;
    this.leaseUntil = item.lease_until ? new Date(item.lease_until) : undefined;
  }

  /** The message's text; null if it has only a payload. */
  get content(): string | null {
    return this.message.content;
  }

  /** Acknowledges the message as done. Completes at once, and the acknowledgment goes with the next frame; if it is lost, the message is delivered again.
   * With `confirm`, completes when the server has stored it, and throws if it refuses. */
  ack({ confirm = false }: { confirm?: boolean } = {}): Promise<void> {
    return this.#agent.ack(this, confirm);
  }

  /** Gives the message back. It is delivered again after `delay` milliseconds (the project's retry delay if absent), until its attempts are used up. */
  nack({ delay, reason }: { delay?: number; reason?: string } = {}): Promise<void> {
    return this.#agent.nack(this, delay, reason);
  }

  /** Keeps the message for this many milliseconds from now. */
  extend(lease: number): Promise<void> {
    return this.#agent.extend(this, lease);
  }

  /** Reports that the message has been shown to the model. */
  surfaced(): Promise<void> {
    return this.#agent.surfaced(this);
  }

  /** Replies to the sender, and acknowledges the message: the server stores both at once. With `settle: false` or the intent `ack`, the message stays
   * yours, for work that is still going on. */
  async reply(reply: Reply): Promise<SendAnswer> {
    const answer = await this.#agent.reply(this.message.message_id, reply);
    this.isSettled ||= settles(reply);
    return answer;
  }
}

/** Whether a reply acknowledges the message that it answers. */
export function settles(reply: Reply): boolean {
  return typeof reply === 'string' || (reply.settle ?? reply.intent !== 'ack');
}
