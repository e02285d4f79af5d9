import { useRef } from 'react';
import { useSize } from '../parts/width.ts';
import { pointsOf, zigzag, type Said } from './zigzag.ts';

const height = 44;
const margin = 4;

/** How they answered each other, up to where the next replies were held. */
export function ZigzagView({
  said,
  agents,
  held,
  label,
}: {
  said: readonly Said[];
  agents: readonly string[];
  held: number;
  label: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const points = zigzag(said, agents, Math.max(0, width - 2 * margin), height - 2 * margin);
  return (
    <div className="flex items-center gap-2">
      <div ref={box} className="h-11 min-w-0 flex-1">
        <svg width={width} height={height} role="img" aria-label={label}>
          <g transform={`translate(${margin} ${margin})`} className="text-bad-solid" fill="none" stroke="currentColor">
            <polyline points={pointsOf(points)} strokeWidth={1.25} strokeLinejoin="round" opacity={0.75} />
            {held > 0 && points.length > 0 && (
              <line x1={width - 2 * margin} x2={width - 2 * margin} y1={-margin} y2={height - margin} strokeDasharray="2 3" />
            )}
          </g>
        </svg>
      </div>
      <span className="shrink-0 text-xs font-medium text-bad">{held} held</span>
    </div>
  );
}
