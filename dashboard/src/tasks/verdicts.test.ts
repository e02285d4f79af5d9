import { expect, it } from 'vitest';
import type { Agent, AgentTask } from '../live/types.ts';
import { columns, verdictOf, whyNobody } from './verdicts.ts';

const task = (more: Partial<AgentTask>): AgentTask =>
  ({ status: 'pending', agent_id: null, blocked_by: [], required_capabilities: [], ...more }) as AgentTask;
const agent = (more: Partial<Agent>): Agent => ({ type: 'llm', agent_id: 'be', status: 'online', capabilities: [], ...more }) as Agent;
const told = (one: AgentTask) =>
  columns.map((column) => {
    const verdict = verdictOf(one, column, () => 'Bram');
    return verdict === undefined ? '' : `${verdict.move ?? 'no'}: ${verdict.text}`;
  });

it('tells for each column what a move there would do, or why it cannot be made', () => {
  expect(told(task({}))).toEqual([
    '',
    'assign: Assign it',
    'no: Nobody has it: assign it first',
    'no: Nobody has it: assign it first',
    'no: Nobody has it: assign it first',
  ]);
  expect(told(task({ blocked_by: ['a', 'b'] }))[1]).toBe('no: It waits for 2 other tasks');
  expect(told(task({ status: 'assigned', agent_id: 'be' }))).toEqual([
    'take_back: Take it back from Bram',
    '',
    'no: Only Bram can begin it',
    'complete: Complete it by hand',
    'fail: Fail it, with a reason',
  ]);
  expect(told(task({ status: 'in_progress', agent_id: 'be' }))).toEqual([
    'take_back: Take it back from Bram',
    'assign: Give it to another agent',
    '',
    'complete: Complete it by hand',
    'fail: Fail it, with a reason',
  ]);
});

it('moves nothing that has ended', () => {
  for (const status of ['completed', 'failed', 'cancelled'] as const)
    for (const verdict of told(task({ status, agent_id: 'be' }))) expect(verdict).toMatch(/^$|^no: .* stays so$/);
});

it('says that nobody can take a task only if nobody who can is there', () => {
  const needs = task({ required_capabilities: ['postgres'] });
  expect(whyNobody(needs, [agent({})])).toBe('Nobody with postgres is online');
  expect(whyNobody(needs, [agent({ capabilities: ['postgres'], status: 'offline' })])).toBe('Nobody with postgres is online');
  expect(whyNobody(needs, [agent({ capabilities: ['postgres'] })])).toBeUndefined();
  expect(whyNobody(task({}), [])).toBeUndefined();
});
