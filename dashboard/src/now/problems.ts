import type { Agent, AgentTask, DeadLetter, Storm } from '../live/types.ts';

/** Something that is stuck, with what shows it. */
export type Problem =
  | { readonly kind: 'storm'; readonly key: string; readonly since: string; readonly storm: Storm }
  | { readonly kind: 'error'; readonly key: string; readonly since: string | null; readonly agent: Agent }
  | {
      readonly kind: 'dead';
      readonly key: string;
      readonly since: string;
      readonly agentId: string;
      readonly reason: string;
      readonly letters: readonly DeadLetter[];
    }
  | { readonly kind: 'overdue'; readonly key: string; readonly since: string; readonly task: AgentTask }
  | { readonly kind: 'mailbox'; readonly key: string; readonly since: string; readonly agent: Agent };

const order: Problem['kind'][] = ['storm', 'error', 'dead', 'overdue', 'mailbox'];
/** A mailbox whose reader is away this long, with messages in it, is a problem. */
const awayFor = 10 * 60_000;

/** What is stuck, the worst first and then the oldest; as far as this page can tell by itself. */
export function findProblems(
  agents: readonly Agent[],
  storms: readonly Storm[],
  letters: readonly DeadLetter[],
  overdue: readonly AgentTask[],
  now: number,
): Problem[] {
  const problems: Problem[] = [
    ...storms.map((storm): Problem => ({ kind: 'storm', key: storm.storm_id, since: storm.started_at, storm })),
    ...agents
      .filter(({ status }) => status === 'error')
      .map((agent): Problem => ({ kind: 'error', key: agent.agent_id, since: agent.activity_since, agent })),
    ...groupLetters(letters),
    ...overdue.map((task): Problem => ({ kind: 'overdue', key: task.task_id, since: task.due_date ?? task.created_at, task })),
    ...agents
      .filter(
        (agent) =>
          agent.status === 'offline' && (agent.mailbox.queued ?? 0) > 0 && now - Date.parse(agent.last_seen ?? agent.created_at) > awayFor,
      )
      .map((agent): Problem => ({ kind: 'mailbox', key: `mailbox-${agent.agent_id}`, since: agent.last_seen ?? agent.created_at, agent })),
  ];
  return problems.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.since ?? '').localeCompare(b.since ?? ''));
}

/** Dead letters of one reader and one reason are one problem. */
export function groupLetters(letters: readonly DeadLetter[]): Extract<Problem, { kind: 'dead' }>[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const key = `${letter.delivery.agent_id}-${letter.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), letter]);
  }
  return [...groups].map(([key, group]) => {
    const { agent_id, last_error } = group[0]!.delivery;
    return {
      kind: 'dead',
      key: `dead-${key}`,
      since: group.map(({ died_at }) => died_at).sort()[0]!,
      agentId: agent_id,
      reason: last_error ?? 'all attempts failed',
      letters: group,
    };
  });
}

const words = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve'];
export const inWords = (count: number): string => words[count] ?? String(count);
