import { describe, expect, it } from 'vitest';
import type { Agent, Squad } from '../live/types.ts';
import { linesOf } from './forecast.ts';
import { guess, type Sending } from './guess.ts';

const agent = (agent_id: string, more: Partial<Agent> = {}) =>
  ({
    agent_id,
    name: agent_id[0]!.toUpperCase() + agent_id.slice(1),
    status: 'online',
    activity: 'working',
    role: null,
    capabilities: [],
    paused: false,
    last_seen: null,
    mailbox: { queued: 0, in_flight: 0, dead: 0 },
    ...more,
  }) as unknown as Agent;
const agents = [
  agent('bram', { role: 'backend', activity: 'blocked_on_human', mailbox: { queued: 3 } as never }),
  agent('fen', { role: 'frontend', activity: 'idle' }),
  agent('noor'),
  agent('sami', { status: 'offline', capabilities: ['postgres'], last_seen: new Date(-60_000).toISOString() }),
  agent('kaito', { paused: true }),
];
const squads = [
  { squad_id: 'all', members: agents.map(({ agent_id }) => ({ agent_id })) },
  { squad_id: 'none', members: [] },
] as unknown as Squad[];
const says = (to: string[], more: Partial<Sending> = {}, asking = '') => {
  const forecast = guess({ to, priority: 2, surface: '', isScheduled: false, ...more }, { agents, squads, self: 'human' });
  const context = { agentOf: (id: string) => agents.find(({ agent_id }) => agent_id === id), asks: (id: string) => id === asking, now: 0 };
  return linesOf(forecast, context).map(({ text }) => text.replaceAll('\u00a0', ' '));
};

describe('What will happen', () => {
  it('to a message for one', () => {
    expect(says(['bram'], {}, 'bram')).toEqual(['Bram waits for you and reads this at once; 3 are ahead of it.']);
    expect(says(['fen'])).toEqual(['Fen reads this at once.']);
    expect(says(['noor'])).toEqual(['Noor reads this when idle.']);
    expect(says(['noor'], { priority: 3 })).toEqual(['Noor reads this between two steps.']);
    expect(says(['noor'], { priority: 4 })).toEqual(['Noor reads this at once.']);
    expect(says(['noor'], { surface: 'pull' })).toEqual(['Noor reads this when it asks for its mail.']);
    expect(says(['noor'], { isScheduled: true })).toEqual(['Noor gets it at that time.']);
    expect(says(['sami'])).toEqual(['Sami is away since 1 min and reads this when back.']);
    expect(says(['kaito'])).toEqual(['Kaito is paused and reads this when resumed.']);
    expect(says(['Noor'])).toEqual(['Noor reads this when idle.']);
  });

  it('to a message for several', () => {
    expect(says(['squad:all'])).toEqual(['5 get it: 2 read it at once, 1 when idle.', 'Away or paused: Sami, Kaito. It waits for them.']);
    expect(says(['bram', 'fen'])).toEqual(['2 get it: 2 read it at once.']);
    expect(says(['topic:builds'])).toEqual(['Everybody subscribed to the topic gets it.']);
  });

  it('where an address reaches nobody, or waits', () => {
    expect(says(['capability:postgres'])).toEqual([
      'Sami is away since 1 min and reads this when back.',
      'postgres: everyone who has it is away or paused. It waits.',
    ]);
    expect(says(['capability:cobol'])).toEqual(['Nobody has the capability cobol.']);
    expect(says(['role:nobody'])).toEqual(['role:nobody has nobody in it: this reaches no one.']);
    expect(says(['squad:none'])).toEqual(['squad:none has nobody in it: this reaches no one.']);
    expect(says(['squad:x', 'ghost'])).toEqual(['There is no squad x.', 'There is no agent ghost.']);
  });

  it('leaves out the sender of a message to a group', () => {
    const { deliveries } = guess({ to: ['*'], priority: 2, surface: '', isScheduled: false }, { agents, squads, self: 'fen' });
    expect(deliveries.map(({ agent_id }) => agent_id)).not.toContain('fen');
    expect(deliveries).toHaveLength(4);
  });
});
