import clsx from 'clsx';
import {
  Activity,
  Check,
  CheckCheck,
  CircleDashed,
  CirclePause,
  CircleMinus,
  Clock,
  CloudOff,
  CornerUpLeft,
  Hand,
  Hourglass,
  Link2,
  Timer,
  TriangleAlert,
  Undo2,
  X,
  type LucideIcon,
} from 'lucide-react';
import { memo } from 'react';
import { useLive } from '../live/live.ts';
import { useDeliveries } from '../live/receipts.ts';
import { icon } from '../ui/icon.ts';
import { markOf, type Stage } from './deliveries.ts';
import { kindOf } from './kinds.ts';
import { useNames } from './people.ts';
import type { AgentStateName } from './state.ts';

const tones = {
  plain: 'text-foreground-2',
  person: 'text-person',
  bad: 'text-bad',
  good: 'text-good',
  busy: 'text-busy',
  calm: 'text-foreground-3',
};

/** What a message is for: an icon and a word. In a narrow log, the icon alone is seen. */
export function KindSign({ type, to, className }: { type: string; to?: string | readonly string[]; className?: string }) {
  const { word, icon: Icon, tone } = kindOf(type, to);
  return (
    <span className={clsx('flex min-w-0 items-center gap-1', tones[tone], className)} title={type}>
      <Icon {...icon} size={14} className="shrink-0" />
      <span className="truncate">{word}</span>
    </span>
  );
}

const stages: Record<Stage, { icon: LucideIcon; word: string; tone: keyof typeof tones }> = {
  scheduled: { icon: Clock, word: 'Scheduled', tone: 'plain' },
  queued: { icon: CircleDashed, word: 'Queued', tone: 'plain' },
  handed_over: { icon: Check, word: 'Handed over', tone: 'plain' },
  surfaced: { icon: CheckCheck, word: 'Before the model', tone: 'plain' },
  acknowledged: { icon: CheckCheck, word: 'Acknowledged', tone: 'good' },
  replied: { icon: CornerUpLeft, word: 'Replied', tone: 'good' },
  held: { icon: CirclePause, word: 'Held', tone: 'bad' },
  expired: { icon: Hourglass, word: 'Expired', tone: 'plain' },
  dead: { icon: X, word: 'Dead', tone: 'bad' },
  withdrawn: { icon: Undo2, word: 'Withdrawn', tone: 'plain' },
};

export function StageSign({ stage, isIconOnly }: { stage: Stage; isIconOnly?: boolean }) {
  const { icon: Icon, word, tone } = stages[stage];
  return (
    <span className={clsx('inline-flex shrink-0 items-center gap-1', tones[tone])}>
      <Icon {...icon} />
      <span className={isIconOnly ? 'sr-only' : ''}>{word}</span>
    </span>
  );
}

/** Where a message is: one mark, and for several recipients how many have read it. Empty while that is not known. */
export const Marks = memo(function Marks({ id }: { id: string }) {
  const live = useLive();
  const deliveries = useDeliveries(live.receipts, id);
  const names = useNames();
  const mark = deliveries && markOf(deliveries);
  if (!mark) return null;
  const { tone, word } = stages[mark.stage];
  const missing = deliveries.missing.slice(0, 8).map(names).join(', ');
  const title = mark.read === null ? word : missing ? `${word}; not yet by ${missing}` : `${word} by all ${mark.total}`;
  return (
    <span className={clsx('inline-flex items-center gap-1', tones[tone])} title={title}>
      {mark.read !== null && (
        <span className={clsx('text-xs', mark.read === mark.total ? 'text-good' : 'text-foreground-2')}>
          {mark.read}/{mark.total}
        </span>
      )}
      <StageSign stage={mark.stage} isIconOnly />
      {missing && <span className="sr-only">, not yet by {missing}</span>}
    </span>
  );
});

/** High and critical are marked; normal is not. */
export function PrioritySign({ priority, isNamed }: { priority: number; isNamed?: boolean }) {
  const word = ['', 'low', 'normal', 'high', 'critical'][priority] ?? String(priority);
  if (priority === 4)
    return (
      <span className="inline-flex shrink-0 items-center gap-1">
        <span
          role="img"
          aria-label="critical"
          className="inline-flex size-3.5 items-center justify-center rounded-sm bg-bad-solid text-2xs font-semibold leading-none text-on-solid"
        >
          !
        </span>
        {isNamed && <span aria-hidden="true">{word}</span>}
      </span>
    );
  if (priority === 2 && !isNamed) return null;
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-foreground-2">
      <Bars level={priority} label={isNamed ? '' : `${word} priority`} />
      {isNamed && word}
    </span>
  );
}

function Bars({ level, label }: { level: number; label: string }) {
  return (
    <svg viewBox="0 0 14 14" width="14" height="14" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}>
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          x={1 + bar * 4.5}
          y={9 - bar * 3}
          width="3"
          height={4 + bar * 3}
          rx="0.7"
          fill="currentColor"
          opacity={bar < level ? 1 : 0.3}
        />
      ))}
    </svg>
  );
}

export const states: Record<AgentStateName, { icon: LucideIcon; word: string; tone: keyof typeof tones; dot: string }> = {
  asks: { icon: Hand, word: 'Asks you', tone: 'person', dot: 'rotate-45 rounded-[1px] bg-person-solid' },
  held: { icon: CirclePause, word: 'Held', tone: 'bad', dot: 'rounded-[1px] bg-bad-solid' },
  error: { icon: TriangleAlert, word: 'Error', tone: 'bad', dot: 'rounded-full bg-bad-solid' },
  stalled: { icon: Timer, word: 'Stalled', tone: 'bad', dot: 'rounded-full bg-bad-solid' },
  paused: { icon: CirclePause, word: 'Paused', tone: 'plain', dot: 'rounded-full border border-control bg-card' },
  offline: { icon: CloudOff, word: 'Offline', tone: 'calm', dot: 'rounded-full border border-control bg-card' },
  blocked: { icon: CircleMinus, word: 'Blocked', tone: 'plain', dot: 'rounded-[1px] bg-calm-solid' },
  working: { icon: Activity, word: 'Working', tone: 'busy', dot: 'rounded-full bg-busy-solid' },
  idle: { icon: CircleDashed, word: 'Idle', tone: 'plain', dot: 'rounded-full border border-control bg-card' },
  connected: { icon: Link2, word: 'Connected', tone: 'plain', dot: 'rounded-full border border-control bg-card' },
};

export function StateSign({ name, withoutIcon }: { name: AgentStateName; withoutIcon?: boolean }) {
  const { icon: Icon, word, tone } = states[name];
  return (
    <span className={clsx('inline-flex items-center gap-1.5 font-medium', tones[tone])}>
      {!withoutIcon && <Icon {...icon} />}
      {word}
    </span>
  );
}

/** The small shape on a tile's corner; its word stands beside. */
export function StateDot({ name }: { name: AgentStateName }) {
  return <span aria-hidden="true" className={clsx('absolute -bottom-0.5 -right-0.5 size-2 outline-2 outline-card', states[name].dot)} />;
}
