import clsx from 'clsx';
import { Circle, CircleCheckBig, CircleDashed, CircleDot, CircleX, CircleSlash, type LucideIcon } from 'lucide-react';
import type { AgentTask } from '../live/types.ts';
import { icon } from '../ui/icon.ts';

type Status = AgentTask['status'];

export const taskStatuses: Record<Status, { icon: LucideIcon; word: string; tone: string }> = {
  pending: { icon: CircleDashed, word: 'Pending', tone: 'text-foreground-2' },
  assigned: { icon: Circle, word: 'Assigned', tone: 'text-foreground-2' },
  in_progress: { icon: CircleDot, word: 'In progress', tone: 'text-busy' },
  completed: { icon: CircleCheckBig, word: 'Done', tone: 'text-good' },
  failed: { icon: CircleX, word: 'Failed', tone: 'text-bad' },
  cancelled: { icon: CircleSlash, word: 'Canceled', tone: 'text-foreground-3' },
};

export function TaskStatus({ status, isIconOnly }: { status: Status; isIconOnly?: boolean }) {
  const { icon: Icon, word, tone } = taskStatuses[status];
  return (
    <span className={clsx('inline-flex shrink-0 items-center gap-1.5', tone)}>
      <Icon {...icon} />
      <span className={isIconOnly ? 'sr-only' : 'font-medium'}>{word}</span>
    </span>
  );
}
