import { describe, expect, it } from 'vitest';
import { barsOf, groupOf, sharesOf } from './bars.ts';
import { csvOf } from './export.ts';
import { worstOf } from './health.ts';
import { figuresOf, waitsOf, type Counts } from './figures.ts';

const count = { dead: 0, expired: 0 };
const counts: Counts = {
  types: [
    { message_type: 'text', messages: 10, deliveries: 20, acknowledged: 15, ...count, dead: 2, ack_ms: 100 },
    { message_type: 'answer', messages: 5, deliveries: 5, acknowledged: 5, ...count, ack_ms: 300 },
    { message_type: 'standup', messages: 1, deliveries: 0, acknowledged: 0, ...count, ack_ms: null },
  ],
  agents: [{ agent_id: 'a', sent: 9, received: 4, acknowledged: 3, ack_ms: 50, first_at: null, last_at: null, bars: [] }],
  pairs: [
    { from: 'a', to: 'b', count: 7, by_type: { text: 6, answer: 1 }, acknowledged: 7, ack_ms: 1, last_at: null },
    { from: 'b', to: 'a', count: 2, by_type: { text: 2 }, acknowledged: 2, ack_ms: 1, last_at: null },
  ],
};

describe('The figures', () => {
  it('add up all types, with the time to acknowledge weighed', () =>
    expect(figuresOf(counts, undefined, undefined)).toEqual({
      sent: 16,
      deliveries: 25,
      acknowledged: 20,
      dead: 2,
      expired: 0,
      ackMs: 150,
    }));

  it('are those of one type', () => expect(figuresOf(counts, undefined, 'answer')).toMatchObject({ sent: 5, acknowledged: 5, ackMs: 300 }));

  it('of one agent leave out what is not counted by agent', () =>
    expect(figuresOf(counts, 'a', undefined)).toEqual({ sent: 9, deliveries: 4, acknowledged: 3, dead: null, expired: null, ackMs: 50 }));

  it('of one agent and type know only what was sent', () =>
    expect(figuresOf(counts, 'a', 'text')).toMatchObject({ sent: 6, acknowledged: null }));

  it('say nothing of a time to acknowledge where nothing was acknowledged', () =>
    expect(figuresOf(counts, undefined, 'standup').ackMs).toBeNull());
});

describe('Waiting for a person', () => {
  const asked = (minute: number, answered: number | null, status: 'open' | 'answered' | 'defaulted') => ({
    created_at: new Date(minute * 60_000).toISOString(),
    answered_at: answered === null ? null : new Date(answered * 60_000).toISOString(),
    status,
  });

  it('counts questions since a time, and the mean of those that a person answered', () =>
    expect(
      waitsOf(
        [
          asked(1, 2, 'answered'),
          asked(10, 14, 'answered'),
          asked(11, 13, 'answered'),
          asked(12, null, 'open'),
          asked(13, 99, 'defaulted'),
        ],
        600_000,
      ),
    ).toEqual({
      asked: 4,
      answered: 2,
      mean: 180_000,
    }));
});

describe('The bars', () => {
  const points = [
    { at: '2026-01-01T00:00:00Z', by_type: { text: 2, question: 3, answer: 1 } },
    { at: '2026-01-01T00:05:00Z', by_type: { text: 2 } },
  ];

  it('group types, and remember which they are', () => {
    const [first] = barsOf(points);
    expect(first).toMatchObject({
      sum: 6,
      counts: { questions: 4, other: 2 },
      types: { questions: ['question', 'answer'], other: ['text'] },
    });
    expect(groupOf('no_such_type')).toBe('other');
  });

  it('can be of one type', () => expect(barsOf(points, 'answer').map(({ sum }) => sum)).toEqual([1, 0]));

  it('have shares that make a whole', () => {
    expect(sharesOf(barsOf(points))).toMatchObject({ questions: 0.5, other: 0.5, status: 0 });
    expect(sharesOf([])).toMatchObject({ other: 0 });
  });
});

describe('Health', () => {
  const part = (name: string, value: number, points: number, max_points: number) => ({ name, value, limit: 1, points, max_points });

  it('names what costs the most', () => {
    expect(worstOf([part('lost', 0.0081, 25, 30), part('absent', 0, 20, 20), part('ack_ms', 41_000, 17, 20), part('news', 7, 1, 2)])).toBe(
      'lost 0.8\u00a0%, acks in 41\u00a0s',
    );
    expect(worstOf([part('lost', 0, 30, 30)])).toBe('nothing takes from it');
  });
});

describe('A table as CSV', () => {
  it('quotes what needs it, and lets no name be a formula', () =>
    expect(
      csvOf(
        ['name', 'n'],
        [
          ['a "b", c', 1],
          ['=HYPERLINK("x")', null],
          ['-1', -1],
        ],
      ),
    ).toBe('name,n\r\n"a ""b"", c",1\r\n"\'=HYPERLINK(""x"")",\r\n\'-1,-1\r\n'));
});
