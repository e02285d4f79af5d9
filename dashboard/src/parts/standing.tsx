import clsx from 'clsx';
import { CircleCheck, CircleDashed, CircleMinus, CircleSlash, CircleX, Hand } from 'lucide-react';
import { icon } from '../ui/icon.ts';

/** How work stands: of an execution, of a step, or of a task. */
export type Standing = 'waits' | 'running' | 'done' | 'failed' | 'canceled' | 'skipped' | 'asks';

export const words: Record<Standing, string> = {
  waits: 'waits',
  running: 'running',
  done: 'done',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
  asks: 'needs you',
};
const tones: Record<Standing, string> = {
  waits: 'text-foreground-2',
  running: 'text-busy',
  done: 'text-good',
  failed: 'text-bad',
  canceled: 'text-foreground-2',
  skipped: 'text-foreground-2',
  asks: 'text-person',
};

/** The mark of a standing. Its word stands beside, or is given as `label`. */
export function Mark({ standing, label, size = 16 }: { standing: Standing; label?: string; size?: number }) {
  const shared = { ...icon, size, className: clsx('shrink-0', tones[standing]) };
  const solid = (color: string) => ({ ...shared, fill: color, stroke: 'var(--card)', strokeWidth: 2.25 });
  const mark = {
    waits: <CircleDashed {...shared} />,
    running: <Half size={size} />,
    done: <CircleCheck {...solid('var(--good-solid)')} />,
    failed: <CircleX {...solid('var(--bad-solid)')} />,
    canceled: <CircleSlash {...shared} />,
    skipped: <CircleMinus {...shared} />,
    asks: <Hand {...shared} />,
  }[standing];
  return (
    <>
      {mark}
      {label !== undefined && <span className="sr-only">{label}</span>}
    </>
  );
}

function Half({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" className="shrink-0">
      <circle cx="8" cy="8" r="6.25" fill="none" stroke="var(--busy-solid)" strokeWidth="1.75" />
      <path d="M8 4.25a3.75 3.75 0 0 1 0 7.5z" fill="var(--busy-solid)" />
    </svg>
  );
}

/** Mark and word. */
export function StandingSign({ standing, word = words[standing], className }: { standing: Standing; word?: string; className?: string }) {
  return (
    <span className={clsx('inline-flex shrink-0 items-center gap-1.5 font-medium', tones[standing], className)}>
      <Mark standing={standing} />
      {word}
    </span>
  );
}
