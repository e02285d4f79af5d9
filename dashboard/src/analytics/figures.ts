import type { Schemas } from '@parley/client';
import type { PairCount } from '../live/types.ts';

export interface Counts {
  readonly types: readonly Schemas['TypeCount'][];
  readonly agents: readonly Schemas['AgentCount'][];
  readonly pairs: readonly PairCount[];
}

/** What was counted, of one agent or type if one is given; null for what nobody counts that way. */
export interface Figures {
  readonly sent: number;
  /** One for each recipient of what was sent; of an agent, what it received. */
  readonly deliveries: number | null;
  readonly acknowledged: number | null;
  readonly dead: number | null;
  readonly expired: number | null;
  readonly ackMs: number | null;
}

export function figuresOf({ types, agents, pairs }: Counts, agent: string | undefined, type: string | undefined): Figures {
  const unknown = { deliveries: null, acknowledged: null, dead: null, expired: null, ackMs: null };
  if (agent !== undefined && type !== undefined) {
    const sent = pairs.filter(({ from }) => from === agent).reduce((sum, { by_type }) => sum + Number(by_type[type] ?? 0), 0);
    return { ...unknown, sent };
  }
  if (agent !== undefined) {
    const row = agents.find(({ agent_id }) => agent_id === agent);
    return row
      ? { ...unknown, sent: row.sent, deliveries: row.received, acknowledged: row.acknowledged, ackMs: row.ack_ms }
      : { ...unknown, sent: 0, deliveries: 0, acknowledged: 0 };
  }
  const rows = types.filter(({ message_type }) => type === undefined || message_type === type);
  const sum = (key: 'messages' | 'deliveries' | 'acknowledged' | 'dead' | 'expired') =>
    rows.reduce((total, row) => total + Number(row[key]), 0);
  const timed = rows.filter(({ ack_ms }) => ack_ms !== null);
  const weight = timed.reduce((total, row) => total + Number(row.acknowledged), 0);
  return {
    sent: sum('messages'),
    deliveries: sum('deliveries'),
    acknowledged: sum('acknowledged'),
    dead: sum('dead'),
    expired: sum('expired'),
    ackMs: weight === 0 ? null : timed.reduce((total, row) => total + row.ack_ms! * Number(row.acknowledged), 0) / weight,
  };
}

/** How long people took to answer the questions that were asked since a time: the mean in milliseconds, and how many there were. */
export function waitsOf(questions: readonly Pick<Schemas['Question'], 'created_at' | 'answered_at' | 'status'>[], since: number) {
  const asked = questions.filter(({ created_at }) => Date.parse(created_at) >= since);
  const answered = asked.filter(({ status, answered_at }) => status === 'answered' && answered_at !== null);
  const sum = answered.reduce((total, { created_at, answered_at }) => total + Date.parse(answered_at!) - Date.parse(created_at), 0);
  return { asked: asked.length, answered: answered.length, mean: answered.length === 0 ? null : sum / answered.length };
}
