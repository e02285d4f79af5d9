import clsx from 'clsx';
import { memo } from 'react';
import type { Drawing } from './lanes-view.tsx';
import { others, type Look } from './lanes.ts';

const barTones: Record<Look, string> = { working: 'fill-busy-solid', asks: 'fill-person-solid', blocked: 'fill-calm-solid' };
const arrowTones = { plain: 'text-foreground-2', person: 'text-person-solid', bad: 'text-bad-solid' };
export const barHeight = 7;
const bulge = 9;

/** Bars and arrows as elements: each can be pressed. The list beside says the same to whoever cannot see them. */
export const LanesSvg = memo(function LanesSvg({ drawing, onOpen }: { drawing: Drawing; onOpen: (seq: number) => void }) {
  const { scale, width, height, laneHeight, laneOf, bars, arrows } = drawing;
  const y = (lane: number) => laneHeight * lane + laneHeight / 2;
  const rest = laneOf.get(others);
  return (
    <svg width={width} height={height} aria-hidden="true" className="absolute inset-0 overflow-visible">
      {[...laneOf.values()].map((lane) => (
        <g key={lane} className="stroke-border">
          <line x1={0} x2={width} y1={laneHeight * (lane + 1) - 0.5} y2={laneHeight * (lane + 1) - 0.5} />
          <line x1={0} x2={width} y1={y(lane)} y2={y(lane)} strokeDasharray="1 4" />
        </g>
      ))}
      {bars.map(({ agent, from, to, look }) => {
        const lane = laneOf.get(agent) ?? rest;
        if (lane === undefined) return null;
        const left = scale.x(from);
        return (
          <rect
            key={`${agent}${from}`}
            x={left}
            y={y(lane) - barHeight / 2}
            width={Math.max(2, scale.x(to) - left)}
            height={barHeight}
            rx={1}
            opacity={look === 'asks' ? 1 : 0.55}
            className={barTones[look]}
          />
        );
      })}
      {arrows.map(({ seq, at, from, to, isGroup, tone }) => {
        if (from < 0) return null;
        const x = scale.x(at);
        const all = [from, ...to];
        return (
          <g
            key={seq}
            data-arrow={seq}
            onClick={() => onOpen(seq)}
            className={clsx('cursor-pointer', arrowTones[tone])}
            fill="none"
            stroke="currentColor"
            strokeWidth={1.25}
          >
            {isGroup ? (
              <>
                <line x1={x} x2={x} y1={y(Math.min(...all))} y2={y(Math.max(...all))} />
                {to.map((lane) => (
                  <circle key={lane} cx={x} cy={y(lane)} r={2.5} className="fill-card" />
                ))}
              </>
            ) : (
              to.map((lane) => <Arc key={lane} x={x} from={y(from)} to={y(lane)} />)
            )}
            <circle cx={x} cy={y(from)} r={2.75} fill="currentColor" stroke="none" />
            <line x1={x} x2={x} y1={y(Math.min(...all)) - 6} y2={y(Math.max(...all)) + 6} stroke="transparent" strokeWidth={10} />
          </g>
        );
      })}
    </svg>
  );
});

function Arc({ x, from, to }: { x: number; from: number; to: number }) {
  const down = to > from ? 1 : -1;
  const end = to - down * 5;
  return (
    <>
      <path d={`M${x} ${from}Q${x + bulge} ${(from + end) / 2} ${x} ${end - down * 3}`} />
      <path d={`M${x} ${end + down * 2}l-3 ${-down * 6}l6 0z`} fill="currentColor" stroke="none" />
    </>
  );
}
