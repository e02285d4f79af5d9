import type { Agent, AgentTask } from '../live/types.ts';
import { plural } from '../parts/times.ts';

/** The columns of the board, from waiting to ended. */
export const columns = ['pending', 'assigned', 'in_progress', 'completed', 'failed'] as const;
export type Column = (typeof columns)[number];

export type Move = 'take_back' | 'assign' | 'complete' | 'fail';

/** What would happen to a task that is put into a column; without a move, it cannot go there, and the text says why. */
export interface Verdict {
  readonly move: Move | null;
  readonly text: string;
}

const no = (text: string): Verdict => ({ move: null, text });

/** @returns Undefined for the column that the task is in. */
export function verdictOf(task: AgentTask, column: Column, nameOf: (id: string) => string): Verdict | undefined {
  const { status, agent_id, blocked_by } = task;
  if (status === column) return undefined;
  if (status === 'completed' || status === 'failed' || status === 'cancelled')
    return no(`It ${status === 'completed' ? 'is done' : status === 'failed' ? 'failed' : 'was canceled'}, and stays so`);
  const name = agent_id ? nameOf(agent_id) : '';
  if (column === 'pending') return { move: 'take_back', text: `Take it back from ${name}` };
  if (column === 'assigned') {
    if (blocked_by.length > 0) return no(`It waits for ${plural(blocked_by.length, 'other task')}`);
    return { move: 'assign', text: status === 'pending' ? 'Assign it' : 'Give it to another agent' };
  }
  if (status === 'pending') return no('Nobody has it: assign it first');
  if (column === 'in_progress') return no(`Only ${name} can begin it`);
  return column === 'completed' ? { move: 'complete', text: 'Complete it by hand' } : { move: 'fail', text: 'Fail it, with a reason' };
}

/** Those who could take a task. */
export function ableFor(task: AgentTask, agents: readonly Agent[]): readonly Agent[] {
  return agents.filter(
    ({ type, agent_id, capabilities }) =>
      type !== 'human' && agent_id !== task.agent_id && task.required_capabilities.every((one) => capabilities.includes(one)),
  );
}

/** Why nobody can take a pending task; undefined if somebody can. */
export function whyNobody(task: AgentTask, agents: readonly Agent[]): string | undefined {
  if (task.status !== 'pending' || task.required_capabilities.length === 0) return undefined;
  const isThere = ableFor(task, agents).some(({ status }) => status !== 'offline');
  return isThere ? undefined : `Nobody with ${task.required_capabilities.join(', ')} is online`;
}
