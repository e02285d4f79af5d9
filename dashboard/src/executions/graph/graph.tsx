import clsx from 'clsx';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useKeys } from '../../app/keys.ts';
import { useAddressQuery } from '../../app/query.ts';
import type { Workflow } from '../../live/types.ts';
import { useWidth } from '../../parts/width.ts';
import { IconButton } from '../../ui/button.tsx';
import { icon } from '../../ui/icon.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Mark, standingOf, words, type Standing } from '../status.tsx';
import { useSteps } from '../use-executions.ts';
import { layOut, nodeWidth, pathOf } from './layout.ts';
import { heightOf, StepNode } from './step-node.tsx';
import { StepBeside } from './step-beside.tsx';
import { useSeen } from './use-seen.ts';

const legend: readonly Standing[] = ['done', 'running', 'failed', 'waits', 'asks'];
const margin = 24;
const scales = [0.25, 0.4, 0.6, 0.8, 1, 1.25, 1.5];

/** A workflow's steps, and what waits for what. */
export default function Graph({ workflow }: { workflow: Workflow }) {
  const [query, change] = useAddressQuery();
  const steps = useSteps(workflow.workflow_id, workflow.steps);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [scale, setScale] = useState(1);
  const selected = steps.find(({ step }) => step === query['step']);
  const unassigned = useMemo(() => new Set(workflow.unassigned), [workflow]);

  // The layout depends on the plan, not on how it stands: nothing moves while it runs.
  const plan = JSON.stringify(
    steps.map((step) => [step.step, [...step.depends_on, ...(step.undoes ? [step.undoes] : [])], heightOf(step)]),
  );
  const layout = useMemo(() => {
    const nodes = (JSON.parse(plan) as [string, string[], number][]).map(([id, needs, height]) => ({ id, needs, height }));
    const across = layOut(nodes, true);
    return width > 0 && across.width + 2 * margin <= width ? across : layOut(nodes, false);
  }, [plan, width]);
  const byName = useMemo(() => new Map(steps.map((step) => [step.step, step])), [steps]);

  const select = useCallback((step: string | undefined) => change({ step }), [change]);
  const close = () => {
    const name = selected?.step;
    select(undefined);
    box.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name ?? '')}"]`)?.focus();
  };
  const zoom = (by: number) => setScale((old) => scales[Math.min(scales.length - 1, Math.max(0, nearest(old) + by))]!);
  const fit = () => {
    const { clientWidth = 1, clientHeight = 1 } = box.current ?? {};
    setScale(Math.max(0.1, Math.min(1, clientWidth / (layout.width + 2 * margin), clientHeight / (layout.height + 2 * margin))));
  };
  const move = (by: number) => {
    const nodes = [...(box.current?.querySelectorAll<HTMLElement>('[data-step]') ?? [])];
    const at = nodes.findIndex((node) => node === document.activeElement || node.dataset['step'] === selected?.step);
    const next = nodes[Math.min(nodes.length - 1, Math.max(0, at + by))];
    next?.focus();
    if (selected && next) select(next.dataset['step']);
  };
  useKeys({ j: () => move(1), k: () => move(-1), ...(selected ? { Escape: close } : {}) });

  const seen = useSeen(box, steps.length, scale);
  const isSeen = ({ x, y }: { x: number; y: number }) =>
    !seen || (x + nodeWidth >= seen.left && x <= seen.right && y + nodeWidth >= seen.top && y <= seen.bottom);
  const full = { width: (layout.width + 2 * margin) * scale, height: (layout.height + 2 * margin) * scale };
  return (
    <div className="relative flex min-h-0 flex-1">
      <main
        id="main"
        className={clsx('relative flex min-h-0 min-w-0 flex-1', selected && 'max-lg:flex-none max-lg:[&>*]:hidden')}
        aria-label="Graph"
      >
        <div
          ref={box}
          tabIndex={0}
          role="region"
          aria-label={`${steps.length} steps`}
          className="flex min-h-0 min-w-0 flex-1 overflow-auto bg-background [background-image:radial-gradient(var(--border)_1px,transparent_1px)] [background-size:24px_24px]"
        >
          {steps.length === 0 && <Skeleton />}
          <div className="relative m-auto shrink-0" style={full}>
            <div className="absolute left-0 top-0 origin-top-left" style={{ transform: `scale(${scale})`, padding: margin }}>
              <svg
                width={layout.width + 2 * margin}
                height={layout.height + 2 * margin}
                aria-hidden="true"
                className="absolute left-0 top-0"
              >
                <g transform={`translate(${margin} ${margin})`} fill="none" strokeWidth="1.5">
                  {layout.lines.map(({ from, to, points }) => {
                    const isDone = byName.get(from)?.status === 'completed' && byName.get(to)?.started_at != null;
                    return (
                      <path
                        key={`${from}>${to}`}
                        d={pathOf(points)}
                        stroke={isDone ? 'var(--good-solid)' : 'var(--border-strong)'}
                        strokeDasharray={isDone ? undefined : '3 3'}
                      />
                    );
                  })}
                </g>
              </svg>
              {steps.map((step) => {
                const place = layout.boxes.get(step.step);
                return (
                  place &&
                  isSeen(place) && (
                    <StepNode
                      key={step.step_id}
                      step={step}
                      x={place.x + margin}
                      y={place.y + margin}
                      isSelected={step === selected}
                      isUnassigned={unassigned.has(step.step)}
                      onOpen={select}
                    />
                  )
                );
              })}
            </div>
          </div>
        </div>
        <div className="absolute bottom-3 left-3 flex flex-col divide-y rounded-md border bg-card">
          <IconButton label="Larger" onClick={() => zoom(1)}>
            <Plus {...icon} />
          </IconButton>
          <IconButton label="Smaller" onClick={() => zoom(-1)}>
            <Minus {...icon} />
          </IconButton>
          <IconButton label="Show all of it" onClick={fit}>
            <Maximize {...icon} size={14} />
          </IconButton>
        </div>
        <ul
          aria-label="What the marks mean"
          className="absolute bottom-3 right-3 flex h-7 items-center gap-3 rounded-md border bg-card px-3 text-xs max-md:hidden"
        >
          {legend.map((standing) => (
            <li key={standing} className="flex items-center gap-1.5">
              <Mark standing={standing} size={14} />
              {words[standing]}
            </li>
          ))}
        </ul>
      </main>
      {selected && (
        <StepBeside
          key={selected.step_id}
          step={selected}
          steps={steps}
          workflow={workflow}
          standing={standingOf(selected)}
          onClose={close}
        />
      )}
    </div>
  );
}

function nearest(scale: number): number {
  return scales.reduce((best, one, index) => (Math.abs(one - scale) < Math.abs(scales[best]! - scale) ? index : best), 0);
}
