import type { Agent, Question, Storm } from '../live/types.ts';
import { span } from './times.ts';

export type AgentStateName = 'asks' | 'held' | 'error' | 'stalled' | 'paused' | 'offline' | 'blocked' | 'working' | 'idle' | 'connected';

export interface AgentState {
  readonly name: AgentStateName;
  /** Since when, if that is known. */
  readonly since: string | null;
  /** What shows it, in a few words. */
  readonly evidence: string | null;
}

/** What an agent is doing, as far as anybody can tell: the first of these that holds. */
export function stateOf(
  agent: Agent,
  questions: readonly Question[],
  storms: readonly Storm[],
  nameOf: (id: string) => string,
): AgentState {
  const asked = questions.find(({ status, agent_id }) => status === 'open' && agent_id === agent.agent_id);
  if (asked) return { name: 'asks', since: asked.created_at, evidence: null };
  const storm = storms.find(({ status, agents }) => status === 'open' && agents.includes(agent.agent_id));
  if (storm) {
    const others = storm.agents.filter((id) => id !== agent.agent_id).map(nameOf);
    return { name: 'held', since: storm.started_at, evidence: `storm with ${others.join(', ')}` };
  }
  if (agent.status === 'error') return { name: 'error', since: agent.activity_since, evidence: 'it reports an error' };
  if (agent.stalled) {
    const { since, usual_seconds } = agent.stalled;
    return { name: 'stalled', since, evidence: usual_seconds ? `usually ${span(usual_seconds * 1000)}` : null };
  }
  if (agent.paused) return { name: 'paused', since: agent.pause?.paused_at ?? null, evidence: agent.pause?.reason ?? null };
  if (agent.status === 'offline') return { name: 'offline', since: agent.last_seen, evidence: null };
  if (agent.activity === 'blocked' || agent.activity === 'blocked_on_human')
    return { name: 'blocked', since: agent.activity_since, evidence: null };
  if (agent.activity === 'working' || agent.status === 'busy') return { name: 'working', since: agent.activity_since, evidence: null };
  if (agent.activity === 'idle') return { name: 'idle', since: agent.activity_since, evidence: null };
  return { name: 'connected', since: null, evidence: null };
}

const severity: AgentStateName[] = ['asks', 'held', 'error', 'stalled', 'working', 'blocked', 'connected', 'idle', 'paused', 'offline'];

/** The order of the fleet: those who need something first. */
export function rankOf(name: AgentStateName): number {
  return severity.indexOf(name);
}
