import { ParleyError } from '../errors.ts';
import { Queue } from '../queue.ts';
import type { Message } from '../types.ts';
import type { ReceivedMessage } from './received.ts';

/** Which messages: those that match everything that is given. */
export interface MessageFilter {
  types?: readonly string[] | undefined;
  priorities?: readonly number[] | undefined;
  /** Agents' ids. */
  senders?: readonly string[] | undefined;
}

export type MessageWork = (message: ReceivedMessage, signal: AbortSignal) => Promise<unknown> | unknown;

/** Works on messages, one after the other. */
export class MessageHandler {
  readonly finished: Promise<void>;
  readonly #filter: MessageFilter;
  readonly #work: MessageWork;
  readonly #isCurrent: (message: ReceivedMessage) => boolean;
  readonly #stop: AbortSignal;
  readonly #queue = new Queue<ReceivedMessage>();

  constructor(filter: MessageFilter, work: MessageWork, isCurrent: (message: ReceivedMessage) => boolean, stop: AbortSignal) {
    this.#filter = filter;
    this.#work = work;
    this.#isCurrent = isCurrent;
    this.#stop = stop;
    this.finished = this.#run();
  }

  take(message: ReceivedMessage): boolean {
    if (!passes(this.#filter, message.message)) return false;
    this.#queue.push(message);
    return true;
  }

  /** Ends after what it has taken. */
  end(): void {
    this.#queue.end();
  }

  async #run(): Promise<void> {
    while (await this.#queue.ready()) {
      const message = this.#queue.shift()!;
      // Once stopped, it starts no more. The server requeues the rest.
      if (!this.#stop.aborted && this.#isCurrent(message)) await this.#handle(message);
    }
  }

  async #handle(message: ReceivedMessage): Promise<void> {
    let failure: Error | undefined;
    try {
      await this.#work(message, this.#stop);
    } catch (thrown) {
      failure = thrown as Error;
    }
    if (message.isSettled) return;
    try {
      if (failure) await message.nack({ reason: `${failure.name}: ${failure.message}`.slice(0, 500) });
      else await message.ack();
    } catch (ended) {
      // Its lease or its connection has ended, so the server has requeued it already, as a failure would.
      if (!(ended instanceof ParleyError)) throw ended;
    }
  }
}

function passes({ types, priorities, senders }: MessageFilter, message: Message): boolean {
  const has = <T>(all: readonly T[] | undefined, one: T) => !all?.length || all.includes(one);
  return has(types, message.message_type) && has(priorities, message.priority) && has(senders, message.sender_id);
}
