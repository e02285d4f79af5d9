import clsx from 'clsx';
import { memo } from 'react';
import type { WorkflowStep } from '../../live/types.ts';
import { Ago } from '../../parts/ago.tsx';
import { usePerson } from '../../parts/people.ts';
import { firstLine } from '../../parts/text/parse.ts';
import { Tile } from '../../parts/tile.tsx';
import { precise } from '../../parts/times.ts';
import { Mark, standingOf, words, type Standing } from '../status.tsx';
import { nodeWidth } from './layout.ts';

const looks: Record<Standing, string> = {
  waits: 'border-dashed border-border-strong bg-card',
  running: 'border-busy-line bg-busy-soft',
  done: 'border-border bg-card',
  failed: 'border-bad-line bg-bad-soft',
  canceled: 'border-dashed border-border-strong bg-card',
  skipped: 'border-dashed border-border-strong bg-card',
  asks: 'border-person-line bg-person-soft',
};

/** A node has room for a reason from the start if it may need one, so that nothing moves when it comes. */
export function heightOf({ person, capability, when, retries, error }: WorkflowStep): number {
  return person || capability || when.length > 0 || retries || error ? 78 : 58;
}

/** Why a step stands where it does, in a few words. */
export function reasonOf(step: WorkflowStep, isUnassigned: boolean): string | null {
  const { error, question_id, person, retry_at, status, capability } = step;
  if (retry_at) return error ? `tries again: ${firstLine(error, 60)}` : 'waits to try again';
  if (error) return firstLine(error, 80);
  if (status === 'skipped') return 'skipped: its condition does not hold';
  if (isUnassigned) return capability ? `nobody with ${capability} is free` : 'nobody is free';
  if (question_id && (status === 'assigned' || status === 'in_progress')) return 'waits for your answer';
  if (person && status === 'waiting') return 'a person approves';
  return null;
}

interface Props {
  step: WorkflowStep;
  x: number;
  y: number;
  isSelected: boolean;
  isUnassigned: boolean;
  onOpen: (step: string) => void;
}

export const StepNode = memo(function StepNode({ step, x, y, isSelected, isUnassigned, onOpen }: Props) {
  const standing = standingOf(step);
  const reason = reasonOf(step, isUnassigned);
  return (
    <button
      type="button"
      data-step={step.step}
      onClick={() => onOpen(step.step)}
      aria-pressed={isSelected}
      style={{ left: x, top: y, width: nodeWidth, height: heightOf(step) }}
      className={clsx(
        'absolute flex flex-col justify-center rounded-lg border px-2.5 text-left',
        looks[standing],
        isSelected && 'outline-2 -outline-offset-1 outline-accent',
      )}
    >
      <span className="flex w-full items-center gap-1.5">
        <Mark standing={standing} label={words[standing]} />
        <span className="said min-w-0 flex-1 truncate font-medium">{step.step}</span>
        <span className={clsx('shrink-0 text-2xs', standing === 'failed' ? 'text-bad' : 'text-foreground-2')}>
          <TimeOrTry step={step} standing={standing} />
        </span>
      </span>
      <span className="mt-1 flex w-full items-center gap-1.5 text-xs text-foreground-2">
        <Who step={step} />
      </span>
      {reason && (
        <span
          className={clsx(
            'said mt-0.5 w-full truncate text-2xs',
            standing === 'failed' || (step.error && standing !== 'canceled')
              ? 'text-bad'
              : standing === 'asks'
                ? 'text-person'
                : 'text-foreground-2',
          )}
        >
          {reason}
        </span>
      )}
    </button>
  );
});

function TimeOrTry({ step, standing }: { step: WorkflowStep; standing: Standing }) {
  const { attempt, started_at, ended_at } = step;
  if (standing === 'failed' && attempt > 1) return <>{ordinal(attempt)} try</>;
  if (!started_at || standing === 'waits') return null;
  if (ended_at) return <>{precise(Date.parse(ended_at) - Date.parse(started_at))}</>;
  return attempt > 1 ? <>{ordinal(attempt)} try</> : <Ago time={started_at} />;
}

export function ordinal(value: number): string {
  const tens = value % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}

/** Who has a step, or who will. */
export function Who({ step }: { step: WorkflowStep }) {
  const { agent_id, agent, capability, person, workflow } = step;
  const id = agent_id ?? agent ?? person;
  if (id) return <Somebody id={id} />;
  return (
    <span className="said truncate">{capability ? `whoever has ${capability}` : workflow ? `workflow ${workflow}` : 'nobody yet'}</span>
  );
}

export function Somebody({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <>
      <Tile person={person} size={16} />
      <span className="said min-w-0 truncate">{person.name}</span>
    </>
  );
}
