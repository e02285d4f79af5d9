import { randomKey } from '../keys.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Page, Schemas, Squad } from '../types.ts';

/** Squads of agents, for `squad:` addresses. */
export class Squads {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  create(request: Schemas['SquadRequest'], options?: CallOptions): Promise<Squad> {
    return this.#rest.post('/squads', { idempotencyKey: randomKey(), ...options, body: request });
  }

  list(query?: Query<'/squads', 'get'>, options?: CallOptions): Promise<Page<Squad>> {
    return this.#rest.get('/squads', { ...options, query });
  }

  get(squadId: string, options?: CallOptions): Promise<Squad> {
    return this.#rest.get('/squads/{squad_id}', { ...options, path: { squad_id: squadId } });
  }

  async delete(squadId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/squads/{squad_id}', { ...options, path: { squad_id: squadId } });
  }

  /** Adds a member, or changes its role in the squad. */
  async putMember(squadId: string, agentId: string, member: Partial<Schemas['SquadMember']> = {}, options?: CallOptions): Promise<void> {
    const path = { squad_id: squadId, agent_id: agentId };
    await this.#rest.put('/squads/{squad_id}/members/{agent_id}', { ...options, path, body: member as Schemas['SquadMember'] });
  }

  async removeMember(squadId: string, agentId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/squads/{squad_id}/members/{agent_id}', { ...options, path: { squad_id: squadId, agent_id: agentId } });
  }
}
