import type { Schemas } from '@parley/client';

export type Point = Schemas['TimelinePoint'] & {
  /** A server that keeps more than the mean tells so. */
  latency_ms?: { p50?: number | null; p95?: number | null } | null;
};

export interface TypeGroup {
  readonly key: string;
  readonly name: string;
  readonly color: string;
}

/** The types of messages in five groups, as the chart stacks them. */
export const typeGroups: readonly TypeGroup[] = [
  { key: 'status', name: 'Status', color: 'var(--chart-1)' },
  { key: 'questions', name: 'Questions, answers', color: 'var(--chart-2)' },
  { key: 'reviews', name: 'Reviews', color: 'var(--chart-3)' },
  { key: 'tasks', name: 'Tasks', color: 'var(--chart-4)' },
  { key: 'other', name: 'Other', color: 'var(--chart-5)' },
];

const groupByType: Record<string, string> = {
  status_update: 'status',
  standup: 'status',
  acknowledgment: 'status',
  completion_notification: 'status',
  question: 'questions',
  answer: 'questions',
  question_reminder: 'questions',
  human_intervention_required: 'questions',
  code_review_request: 'reviews',
  review_request: 'reviews',
  code_review_feedback: 'reviews',
  task_assignment: 'tasks',
  task: 'tasks',
  workflow_step: 'tasks',
};

export const groupOf = (type: string): string => groupByType[type] ?? 'other';

/** A bar: how many messages of each group, and of which types they are. */
export interface Bar {
  readonly at: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, readonly string[]>>;
  readonly sum: number;
}

/** The bars of a time, of one type if one is given. */
export function barsOf(points: readonly Pick<Point, 'at' | 'by_type'>[], type?: string): Bar[] {
  return points.map(({ at, by_type }) => {
    const counts: Record<string, number> = {};
    const types: Record<string, string[]> = {};
    let sum = 0;
    for (const [one, count] of Object.entries(by_type)) {
      if ((type !== undefined && one !== type) || Number(count) === 0) continue;
      const key = groupOf(one);
      counts[key] = (counts[key] ?? 0) + Number(count);
      (types[key] ??= []).push(one);
      sum += Number(count);
    }
    return { at: Date.parse(at), counts, types, sum };
  });
}

/** The share of each group in all bars, 0-1. */
export function sharesOf(bars: readonly Bar[]): Record<string, number> {
  const sum = bars.reduce((total, bar) => total + bar.sum, 0);
  return Object.fromEntries(
    typeGroups.map(({ key }) => [key, sum === 0 ? 0 : bars.reduce((total, { counts }) => total + (counts[key] ?? 0), 0) / sum]),
  );
}
