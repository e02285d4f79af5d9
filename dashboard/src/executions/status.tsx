import type { Execution, WorkflowStep } from '../live/types.ts';
import type { Standing } from '../parts/standing.tsx';

export { Mark, StandingSign, words, type Standing } from '../parts/standing.tsx';

export const executionStatuses: Record<Execution['status'], { standing: Standing; word: string }> = {
  pending: { standing: 'waits', word: 'Pending' },
  in_progress: { standing: 'running', word: 'In progress' },
  completed: { standing: 'done', word: 'Done' },
  failed: { standing: 'failed', word: 'Failed' },
  cancelled: { standing: 'canceled', word: 'Canceled' },
};

export const isOver = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';

export function standingOf({ status, question_id }: Pick<WorkflowStep, 'status' | 'question_id'>): Standing {
  switch (status) {
    case 'completed':
      return 'done';
    case 'failed':
      return 'failed';
    case 'skipped':
      return 'skipped';
    case 'cancelled':
      return 'canceled';
    case 'waiting':
      return 'waits';
    default:
      return question_id ? 'asks' : 'running';
  }
}
