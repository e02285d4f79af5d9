import { describe, expect, it } from 'vitest';
import { talksOf } from '../parts/talks.ts';
import { groupsOf, layOut, mostAgents, thickness } from './ring.ts';

const agent = (name: string) => ({ agent_id: `id-${name}`, name });
const squad = (name: string, ...members: string[]) => ({
  squad_id: name.toLowerCase(),
  name,
  members: members.map((member) => ({ agent_id: `id-${member}` })),
});
const crowd = Array.from({ length: mostAgents + 1 }, (_, index) => agent(`a${index}`));

describe('The ring', () => {
  it('has squads by name and members by name, each agent once', () => {
    const groups = groupsOf(
      [agent('Zoe'), agent('Ann'), agent('Bo'), agent('Cy')],
      [squad('Web', 'Zoe', 'Ann'), squad('Api', 'Ann', 'Bo', 'gone')],
    );
    expect(groups.map(({ id, members }) => [id, ...members])).toEqual([
      ['api', 'id-Ann', 'id-Bo'],
      ['web', 'id-Zoe'],
      ['-', 'id-Cy'],
    ]);
  });

  it('looks the same in whatever order things come', () => {
    const agents = [agent('Zoe'), agent('Ann'), agent('Bo')];
    const squads = [squad('Web', 'Zoe'), squad('Api', 'Ann', 'Bo')];
    const ring = layOut(groupsOf(agents, squads), undefined);
    expect(layOut(groupsOf([...agents].reverse(), [...squads].reverse()), undefined)).toEqual(ring);
  });

  it('gives each squad an arc of its own around its members, the first at the top', () => {
    const { seats, arcs } = layOut(
      groupsOf([agent('Ann'), agent('Bo'), agent('Cy')], [squad('Api', 'Ann', 'Bo'), squad('Web', 'Cy')]),
      undefined,
    );
    expect((arcs[0]!.from + arcs[0]!.to) / 2).toBeCloseTo(-Math.PI / 2);
    for (const seat of seats) {
      const arc = arcs.find(({ group }) => group === seat.group)!;
      expect(seat.angle > arc.from && seat.angle < arc.to).toBe(true);
    }
    expect(arcs[1]!.from).toBeGreaterThan(arcs[0]!.to);
    expect(arcs[1]!.to).toBeLessThan(arcs[0]!.from + 2 * Math.PI);
  });

  it('has squads in place of more than 40 agents, and opens one', () => {
    const squads = [squad('Api', ...crowd.slice(0, 20).map(({ name }) => name)), squad('Web', ...crowd.slice(20).map(({ name }) => name))];
    const groups = groupsOf(crowd, squads);
    expect(layOut(groups, undefined).seats.map(({ id, isSquad }) => [id, isSquad])).toEqual([
      ['squad:api', true],
      ['squad:web', true],
    ]);
    const opened = layOut(groups, 'api').seats;
    expect(opened).toHaveLength(21);
    expect(opened.filter(({ isSquad }) => isSquad).map(({ id }) => id)).toEqual(['squad:web']);
  });

  it('is empty without agents', () => expect(layOut([], undefined)).toEqual({ seats: [], arcs: [] }));
});

describe('A talk', () => {
  it('is both directions of a pair', () => {
    expect(
      talksOf([
        { from: 'b', to: 'a', count: 2 },
        { from: 'a', to: 'b', count: 3 },
        { from: 'a', to: 'a', count: 9 },
        { from: null, to: 'human', count: 1 },
        { from: null, to: 'a', count: 4 },
      ]),
    ).toEqual([
      { a: 'a', b: 'b', there: 3, back: 2 },
      { a: '', b: 'a', there: 4, back: 0 },
    ]);
  });

  it('is drawn by the logarithm of its messages', () => {
    expect(thickness(999) - thickness(99)).toBeCloseTo(thickness(99) - thickness(9));
  });
});
