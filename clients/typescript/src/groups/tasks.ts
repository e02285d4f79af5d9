import { randomKey } from '../keys.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { AgentTask, Assignment, Json, Page, TaskPatch, TaskRequest } from '../types.ts';

type Move = 'accept' | 'reject' | 'start' | 'extend' | 'complete' | 'fail';

/** Tasks. Whoever has one moves it with the fence of its assignment; with an older one, the answer is `lease_lost`. */
export class Tasks {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Creates a task, once even if the answer is lost and it is asked for again. With `auto_assign`, it is assigned at once if anybody can take it. */
  create(request: TaskRequest, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.post('/tasks', { idempotencyKey: randomKey(), ...options, body: request });
  }

  list(query?: Query<'/tasks', 'get'>, options?: CallOptions): Promise<Page<AgentTask>> {
    return this.#rest.get('/tasks', { ...options, query });
  }

  get(taskId: string, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.get('/tasks/{task_id}', { ...options, path: { task_id: taskId } });
  }

  /** Changes a task. With `ifMatch`, only if it has that version; it is not tried again then. */
  update(taskId: string, change: TaskPatch, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.put('/tasks/{task_id}', { repeat: false, ...options, path: { task_id: taskId }, body: change });
  }

  async delete(taskId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/tasks/{task_id}', { ...options, path: { task_id: taskId } });
  }

  /** Assigns a task to an agent, or to one that the server chooses. */
  assign(taskId: string, agentId?: string, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.post('/tasks/{task_id}/assign', { ...options, path: { task_id: taskId }, body: { agent_id: agentId ?? null } });
  }

  unassign(taskId: string, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.post('/tasks/{task_id}/unassign', { ...options, path: { task_id: taskId }, body: {} });
  }

  accept(taskId: string, fence: number, options?: CallOptions): Promise<AgentTask> {
    return this.#move('accept', taskId, { fence }, options);
  }

  /** Gives it back, for another agent. */
  reject(taskId: string, fence: number, reason?: string, options?: CallOptions): Promise<AgentTask> {
    return this.#move('reject', taskId, { fence, reason: reason ?? null }, options);
  }

  start(taskId: string, fence: number, options?: CallOptions): Promise<AgentTask> {
    return this.#move('start', taskId, { fence }, options);
  }

  /** Keeps it for another full lease from now. */
  extend(taskId: string, fence: number, options?: CallOptions): Promise<AgentTask> {
    return this.#move('extend', taskId, { fence }, { repeat: true, ...options });
  }

  complete(taskId: string, fence: number, result?: Json, options?: CallOptions): Promise<AgentTask> {
    return this.#move('complete', taskId, { fence, ...(result === undefined ? {} : { result }) }, options);
  }

  fail(taskId: string, fence: number, error: string, options?: CallOptions): Promise<AgentTask> {
    return this.#move('fail', taskId, { fence, error }, options);
  }

  /** Who has had it, newest first. */
  assignments(taskId: string, query?: Query<'/tasks/{task_id}/assignments', 'get'>, options?: CallOptions): Promise<Page<Assignment>> {
    return this.#rest.get('/tasks/{task_id}/assignments', { ...options, path: { task_id: taskId }, query });
  }

  #move(move: Move, taskId: string, body: object, options?: CallOptions): Promise<AgentTask> {
    return this.#rest.post(`/tasks/{task_id}/${move}`, { ...options, path: { task_id: taskId }, body });
  }
}
