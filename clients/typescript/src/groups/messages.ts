import { AgentError, ConnectionError, ParleyError, TimeoutError } from '../errors.ts';
import { randomKey } from '../keys.ts';
import type { Body, CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { BroadcastRequest, InboxItem, Message, MessageTrace, Page, Schemas, SendAnswer, SendRequest } from '../types.ts';

const grace = 10_000;

/** Messages: sending, history, and mailboxes of agents that poll instead of staying connected. */
export class Messages {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Stores a message and puts it in its recipients' mailboxes. It has an idempotency key, so that a lost answer is asked for again without sending twice. */
  send(request: SendRequest, options?: CallOptions): Promise<SendAnswer> {
    return this.#rest.post('/messages', { repeat: true, ...options, body: keyed(request) });
  }

  /** Says what a send would do, or throws the error that the send would get. Nothing is sent. */
  preview(request: SendRequest, options?: CallOptions): Promise<Schemas['SendPreview']> {
    return this.#rest.post('/messages/preview', { repeat: true, ...options, body: request });
  }

  /** Sends up to 1,000 messages, each with its own result, in order. */
  async sendBatch(requests: SendRequest[], options?: CallOptions): Promise<Schemas['SendItemResult'][]> {
    return (await this.#rest.post('/messages/batch', { repeat: true, ...options, body: { items: requests.map(keyed) } })).items;
  }

  /** Sends a message to everybody else in the project, or to those that the request selects. */
  broadcast(request: BroadcastRequest, options?: CallOptions): Promise<SendAnswer> {
    return this.#rest.post('/broadcast', { repeat: true, ...options, body: keyed(request) });
  }

  /** Sends a message and waits for the first reply.
   * @param timeout Milliseconds; 30,000 if absent.
   * @throws {AgentError} The recipient replied that it could not do it.
   * @throws {TimeoutError} Nobody replied in time.
   * @throws {ConnectionError} No server answered. */
  async request(request: SendRequest, { timeout = 30_000, ...options }: CallOptions & { timeout?: number } = {}): Promise<Message> {
    const body = { ...keyed(request), timeout_seconds: timeout / 1000 };
    try {
      const answer = await this.#rest.post('/requests', { ...options, body, patience: timeout + grace });
      if (answer.status === 'error') throw new AgentError(answer.reply);
      return answer.reply;
    } catch (failure) {
      if (failure instanceof ParleyError && failure.code === 'request_timeout' && !(failure instanceof ConnectionError))
        throw new TimeoutError(failure.problem);
      throw failure;
    }
  }

  /** Lists messages, newest first; `q` finds words in their content. */
  list(query?: Query<'/messages', 'get'>, options?: CallOptions): Promise<Page<Message>> {
    return this.#rest.get('/messages', { ...options, query });
  }

  /** Finds messages by words in their content, newest first; a quoted phrase must match exactly. */
  search(words: string, query?: Query<'/messages', 'get'>, options?: CallOptions): Promise<Page<Message>> {
    return this.list({ ...query, q: words }, options);
  }

  get(messageId: string, options?: CallOptions): Promise<Message> {
    // The same path is an agent's inbox for an agent's id.
    return this.#rest.get('/messages/{message_id}', { ...options, path: { message_id: messageId } }) as Promise<Message>;
  }

  /** Deletes a message's content and withdraws deliveries that nobody has taken. Its place in the log stays. */
  async delete(messageId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/messages/{message_id}', { ...options, path: { message_id: messageId } });
  }

  /** What happened to a message, delivery by delivery. */
  trace(messageId: string, options?: CallOptions): Promise<MessageTrace> {
    return this.#rest.get('/messages/{message_id}/trace', { ...options, path: { message_id: messageId } });
  }

  async react(messageId: string, emoji: string, options?: CallOptions): Promise<void> {
    await this.#rest.put('/messages/{message_id}/reactions/{emoji}', { ...options, path: { message_id: messageId, emoji } });
  }

  async unreact(messageId: string, emoji: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/messages/{message_id}/reactions/{emoji}', { ...options, path: { message_id: messageId, emoji } });
  }

  /** Reads a mailbox without changing anything. With `wait`, waits that many seconds if it is empty. */
  async inbox(agentId: string, query?: Query<'/agents/{agent_id}/inbox', 'get'>, options?: CallOptions): Promise<InboxItem[]> {
    const patience = (query?.wait ?? 0) * 1000 + grace;
    return (await this.#rest.get('/agents/{agent_id}/inbox', { patience, ...options, path: { agent_id: agentId }, query })).items;
  }

  /** Leases messages from a mailbox: they are reserved for the caller until it settles them or the lease lapses. */
  async claim(agentId: string, request: Body<'/agents/{agent_id}/claim', 'post'> = {}, options?: CallOptions): Promise<InboxItem[]> {
    const patience = (request?.wait ?? 0) * 1000 + grace;
    return (await this.#rest.post('/agents/{agent_id}/claim', { patience, ...options, path: { agent_id: agentId }, body: request })).items;
  }

  /** Acknowledges a delivery; without a lease, the caller's own. Acknowledging it again is not an error. */
  async ack(messageId: string, leaseId?: string, options?: CallOptions): Promise<void> {
    await this.#rest.post('/messages/{message_id}/ack', { repeat: true, ...options, ...settled(messageId, { lease_id: leaseId ?? null }) });
  }

  /** Gives a delivery back. It is requeued after `delay_seconds`, or dead after its last attempt. */
  async nack(messageId: string, request: Body<'/messages/{message_id}/nack', 'post'> = {}, options?: CallOptions): Promise<void> {
    await this.#rest.post('/messages/{message_id}/nack', { ...options, ...settled(messageId, request ?? {}) });
  }

  /** Extends the lease of a claimed delivery. */
  async extend(messageId: string, request: Body<'/messages/{message_id}/extend', 'post'> = {}, options?: CallOptions): Promise<void> {
    await this.#rest.post('/messages/{message_id}/extend', { repeat: true, ...options, ...settled(messageId, request ?? {}) });
  }

  /** Reports that the message has been shown to the model. */
  async surfaced(messageId: string, leaseId?: string, options?: CallOptions): Promise<void> {
    await this.#rest.post('/messages/{message_id}/surfaced', {
      repeat: true,
      ...options,
      ...settled(messageId, { lease_id: leaseId ?? null }),
    });
  }
}

function keyed<T extends { idempotency_key?: string | null }>(request: T): T {
  return { ...request, idempotency_key: request.idempotency_key ?? randomKey() };
}

function settled<B>(messageId: string, body: B): { path: { message_id: string }; body: B } {
  return { path: { message_id: messageId }, body };
}
