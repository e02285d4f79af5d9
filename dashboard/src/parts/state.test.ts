import { describe, expect, it } from 'vitest';
import type { Agent, Question, Storm } from '../live/types.ts';
import { hueOf, lettersOf, roleName } from './roles.ts';
import { rankOf, stateOf } from './state.ts';
import { precise, span } from './times.ts';

const agent = (more: Partial<Agent> = {}) =>
  ({
    agent_id: 'a',
    name: 'Ada',
    status: 'online',
    activity: 'working',
    activity_since: 'since',
    paused: false,
    pause: null,
    last_seen: null,
    ...more,
  }) as Agent;
const question = { agent_id: 'a', status: 'open', created_at: 'asked' } as Question;
const storm = { agents: ['a', 'b'], status: 'open', started_at: 'began' } as Storm;
const state = (one: Agent, questions: Question[] = [], storms: Storm[] = []) => stateOf(one, questions, storms, (id) => id.toUpperCase());

describe('The state of an agent', () => {
  it('is the first that holds', () => {
    const troubled = agent({ status: 'error', paused: true });
    expect(state(troubled, [question], [storm]).name).toBe('asks');
    expect(state(troubled, [], [storm])).toEqual({ name: 'held', since: 'began', evidence: 'storm with B' });
    expect(state(troubled).name).toBe('error');
    expect(state(agent({ paused: true, status: 'offline' })).name).toBe('paused');
    expect(state(agent({ status: 'offline' })).name).toBe('offline');
    expect(state(agent({ activity: 'blocked' })).name).toBe('blocked');
    expect(state(agent()).name).toBe('working');
    expect(state(agent({ activity: 'idle' })).name).toBe('idle');
    expect(state(agent({ activity: 'unknown' })).name).toBe('connected');
  });

  it('forgets a question that was answered', () => {
    expect(state(agent(), [{ ...question, status: 'answered' }]).name).toBe('working');
  });

  it('is stalled only when the server says so', () => {
    expect(state(agent({ stalled: { since: 'then', usual_seconds: 120 } } as never)).name).toBe('stalled');
  });

  it('puts those in trouble first', () => expect(rankOf('held')).toBeLessThan(rankOf('working')));
});

describe('A tile', () => {
  it('has the hue of its role', () => {
    expect(hueOf('backend_developer')).toBe(215);
    expect(hueOf('Backend Developer')).toBe(215);
    expect(hueOf('qa_engineer')).toBe(352);
    expect(hueOf(null)).toBeNull();
    expect(hueOf('gardener')! % 24).toBe(0);
  });

  it('has two letters', () => {
    expect(lettersOf('Bram')).toBe('Br');
    expect(lettersOf('deploy-hook')).toBe('de');
    expect(lettersOf('…')).toBe('?');
  });

  it('has its role in words', () => expect(roleName('backend_developer')).toBe('Backend'));
});

describe('A span of time', () => {
  it('is short', () => {
    expect(span(35_000)).toBe('35\u00a0s');
    expect(span(86 * 60_000)).toBe('1\u00a0h 26\u00a0min');
    expect(span(-5)).toBe('0\u00a0s');
    expect(precise(412)).toBe('0.4\u00a0s');
  });
});
