import { randomKey } from '../keys.ts';
import type { Body, CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Execution, Page, Schemas } from '../types.ts';

/** Executions: runs of a piece of work. To follow one, read the stream `execution/ID`. */
export class Executions {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  create(request: Schemas['ExecutionRequest'], options?: CallOptions): Promise<Execution> {
    return this.#rest.post('/executions', { idempotencyKey: randomKey(), ...options, body: request });
  }

  list(query?: Query<'/executions', 'get'>, options?: CallOptions): Promise<Page<Execution>> {
    return this.#rest.get('/executions', { ...options, query });
  }

  get(executionId: string, options?: CallOptions): Promise<Execution> {
    return this.#rest.get('/executions/{id}', { ...options, path: { id: executionId } });
  }

  /** Sets its status, progress (0-100), or phase. */
  update(executionId: string, change: Schemas['ExecutionPatch'], options?: CallOptions): Promise<Execution> {
    return this.#rest.patch('/executions/{id}', { repeat: true, ...options, path: { id: executionId }, body: change });
  }

  async log(executionId: string, line: Body<'/executions/{id}/logs', 'post'>, options?: CallOptions): Promise<void> {
    await this.#rest.post('/executions/{id}/logs', { idempotencyKey: randomKey(), ...options, path: { id: executionId }, body: line });
  }

  complete(executionId: string, end: Schemas['ExecutionEnd'] = {}, options?: CallOptions): Promise<Execution> {
    return this.#end('complete', executionId, end, options);
  }

  fail(executionId: string, end: Schemas['ExecutionEnd'] = {}, options?: CallOptions): Promise<Execution> {
    return this.#end('fail', executionId, end, options);
  }

  cancel(executionId: string, end: Schemas['ExecutionEnd'] = {}, options?: CallOptions): Promise<Execution> {
    return this.#end('cancel', executionId, end, options);
  }

  #end(end: 'complete' | 'fail' | 'cancel', id: string, body: Schemas['ExecutionEnd'], options?: CallOptions): Promise<Execution> {
    return this.#rest.post(`/executions/{id}/${end}`, { ...options, path: { id }, body });
  }
}
