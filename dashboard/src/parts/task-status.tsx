import clsx from 'clsx';
import { Circle } from 'lucide-react';
import type { AgentTask } from '../live/types.ts';
import { icon } from '../ui/icon.ts';
import { Mark, type Standing } from './standing.tsx';

type Status = AgentTask['status'];

export const taskStatuses: Record<Status, { standing: Standing; word: string; tone: string }> = {
  pending: { standing: 'waits', word: 'Pending', tone: 'text-foreground-2' },
  assigned: { standing: 'waits', word: 'Assigned', tone: 'text-foreground-2' },
  in_progress: { standing: 'running', word: 'In progress', tone: 'text-busy' },
  completed: { standing: 'done', word: 'Done', tone: 'text-good' },
  failed: { standing: 'failed', word: 'Failed', tone: 'text-bad' },
  cancelled: { standing: 'canceled', word: 'Canceled', tone: 'text-foreground-2' },
};

export function TaskStatus({ status, isIconOnly }: { status: Status; isIconOnly?: boolean }) {
  const { standing, word, tone } = taskStatuses[status];
  return (
    <span className={clsx('inline-flex shrink-0 items-center gap-1.5', tone)}>
      {status === 'assigned' ? <Circle {...icon} className="shrink-0" /> : <Mark standing={standing} />}
      <span className={isIconOnly ? 'sr-only' : 'font-medium'}>{word}</span>
    </span>
  );
}
