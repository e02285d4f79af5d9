import type { Action } from '../ui/menu.tsx';
import type { Point } from './bars.ts';
import { csvOf, save } from './export.ts';
import type { Counts } from './figures.ts';
import type { Health } from './health.ts';

interface Shown {
  project: string;
  range: string;
  since: string;
  points: readonly Point[];
  counts: Counts;
  health: Health | null;
}

/** Everything that the page knows, as files. */
export function downloadsOf({ project, range, since, points, counts, health }: Shown): Action[] {
  const { types, agents, pairs } = counts;
  const name = (what: string, ending: string) => `${project}-${what}-${range}.${ending}`;
  const csv = (label: string, what: string, columns: readonly string[], rows: () => (string | number | null)[][]): Action => ({
    label,
    onSelect: () => save(name(what, 'csv'), 'text/csv', csvOf(columns, rows())),
  });
  const allTypes = [...new Set(points.flatMap(({ by_type }) => Object.keys(by_type)))].sort();
  return [
    {
      label: 'All of it, as JSON',
      onSelect: () =>
        save(
          name('statistics', 'json'),
          'application/json',
          JSON.stringify({ project, since, timeline: points, types, agents, pairs, ...(health ? { health } : {}) }, null, 2),
        ),
    },
    csv('Over time, as CSV', 'timeline', ['at', 'sent', 'acknowledged', 'dead', 'expired', 'ack_ms', ...allTypes], () =>
      points.map((point) => [
        point.at,
        point.sent,
        point.acknowledged,
        point.dead,
        point.expired,
        point.ack_ms,
        ...allTypes.map((type) => Number(point.by_type[type] ?? 0)),
      ]),
    ),
    csv('Pairs, as CSV', 'pairs', ['from', 'to', 'count', 'acknowledged', 'ack_ms', 'last_at'], () =>
      pairs.map(({ from, to, count, acknowledged, ack_ms, last_at }) => [from, to, count, acknowledged, ack_ms, last_at]),
    ),
    csv('Agents, as CSV', 'agents', ['agent_id', 'sent', 'received', 'acknowledged', 'ack_ms', 'first_at', 'last_at'], () =>
      agents.map((row) => [row.agent_id, row.sent, row.received, row.acknowledged, row.ack_ms, row.first_at, row.last_at]),
    ),
    csv('Types, as CSV', 'types', ['message_type', 'messages', 'deliveries', 'acknowledged', 'dead', 'expired', 'ack_ms'], () =>
      types.map((row) => [row.message_type, row.messages, row.deliveries, row.acknowledged, row.dead, row.expired, row.ack_ms]),
    ),
  ];
}
