import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Agent, AgentCatchUp, Page, RegisterRequest, Schemas, StatusRequest } from '../types.ts';

/** Agents, and what they are doing. */
export class Agents {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Registers an agent. The answer has its `token`, the first time only. */
  register(request: RegisterRequest, options?: CallOptions): Promise<Agent> {
    return this.#rest.post('/agents/register', { ...options, body: request });
  }

  list(query?: Query<'/agents', 'get'>, options?: CallOptions): Promise<Page<Agent>> {
    return this.#rest.get('/agents', { ...options, query });
  }

  get(agentId: string, options?: CallOptions): Promise<Agent> {
    return this.#rest.get('/agents/{agent_id}', { ...options, path: { agent_id: agentId } });
  }

  update(agentId: string, request: RegisterRequest, options?: CallOptions): Promise<Agent> {
    return this.#rest.put('/agents/{agent_id}', { ...options, path: { agent_id: agentId }, body: request });
  }

  /** Deletes an agent: its deliveries are withdrawn, its tasks and reservations freed, its tokens revoked. What it sent stays. */
  async delete(agentId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/agents/{agent_id}', { ...options, path: { agent_id: agentId } });
  }

  setStatus(agentId: string, status: StatusRequest, options?: CallOptions): Promise<Agent> {
    return this.#rest.put('/agents/{agent_id}/status', { ...options, path: { agent_id: agentId }, body: status });
  }

  /** Has an agent's deliveries wait. */
  pause(agentId: string, request: Schemas['PauseRequest'] = {}, options?: CallOptions): Promise<Agent> {
    return this.#rest.post('/agents/{agent_id}/pause', { repeat: true, ...options, path: { agent_id: agentId }, body: request });
  }

  resume(agentId: string, options?: CallOptions): Promise<Agent> {
    return this.#rest.post('/agents/{agent_id}/resume', { repeat: true, ...options, path: { agent_id: agentId } });
  }

  /** The topics whose messages an agent gets. */
  topics(agentId: string, options?: CallOptions): Promise<Schemas['Subscriptions']> {
    return this.#rest.get('/agents/{agent_id}/subscriptions', { ...options, path: { agent_id: agentId } });
  }

  setTopics(agentId: string, topics: string[], options?: CallOptions): Promise<Schemas['Subscriptions']> {
    return this.#rest.put('/agents/{agent_id}/subscriptions', { ...options, path: { agent_id: agentId }, body: { topics } });
  }

  /** What an agent needs to go on after a restart, or after its model's context was compacted. Changes nothing. */
  catchUp(agentId: string, budgetTokens?: number, options?: CallOptions): Promise<AgentCatchUp> {
    const query = budgetTokens === undefined ? undefined : { budget_tokens: budgetTokens };
    return this.#rest.get('/agents/{agent_id}/catch-up', { ...options, path: { agent_id: agentId }, query });
  }
}
