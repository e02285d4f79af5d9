import { useRef, type ReactNode } from 'react';
import { Bar as Column, BarChart, CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts';
import { useSize } from '../parts/width.ts';
import { clock, day, number, precise } from '../parts/times.ts';
import { typeGroups, type Bar } from './bars.ts';

const axis = { fill: 'var(--foreground-2)', fontSize: 11 };
const margin = { top: 8, right: 0, bottom: 0, left: -8 };
const dayLong = 86_400_000;

/** For eyes alone: the same is in the card's table. */
function Frame({ children }: { children: (width: number, height: number) => ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  return (
    <div ref={box} aria-hidden="true" className="h-56 w-full min-w-0 overflow-hidden">
      {width > 0 && children(width, height)}
    </div>
  );
}

const timeAxis = (times: readonly number[]) => {
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * dayLong;
  return {
    dataKey: 'at',
    tick: axis,
    tickLine: false,
    axisLine: { stroke: 'var(--border)' },
    minTickGap: 56,
    tickFormatter: (time: number) => (isLong ? day(time) : clock(time)),
  };
};
const countAxis = { tick: axis, tickLine: false, axisLine: false, width: 48, tickCount: 4 };

function Note({ at, rows }: { at: number; rows: readonly (readonly [name: string, value: string, color: string])[] }) {
  return (
    <div className="rounded-md border bg-popover px-2.5 py-1.5 text-xs shadow-float">
      <p className="mb-1 text-foreground-2">
        {day(at)}, {clock(at)}
      </p>
      {rows.map(([name, value, color]) => (
        <p key={name} className="flex items-center gap-1.5">
          <span className="size-2 rounded-[2px]" style={{ background: color }} />
          <span className="flex-1 pr-4">{name}</span>
          {value}
        </p>
      ))}
    </div>
  );
}

interface VolumeProps {
  bars: readonly Bar[];
  /** The address of the messages behind a part of a bar. */
  hrefOf: (bar: Bar, group: string) => string;
  onGo: (bar: Bar, group: string) => void;
}

interface PartProps {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  fill?: string;
  payload?: { bar: Bar };
}

/** Messages over time, each bar in groups of types; each part leads to its messages. */
export function VolumeChart({ bars, hrefOf, onGo }: VolumeProps) {
  const data = bars.map((bar) => ({ at: bar.at, bar, ...bar.counts }));
  const part = (group: string) =>
    function Part({ x = 0, y = 0, width = 0, height = 0, fill, payload }: PartProps) {
      if (!payload || height <= 0) return <g />;
      const { bar } = payload;
      return (
        <a
          href={hrefOf(bar, group)}
          tabIndex={-1}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            onGo(bar, group);
          }}
        >
          <rect x={x} y={y} width={Math.max(1, width - 0.5)} height={height} fill={fill} />
        </a>
      );
    };
  return (
    <Frame>
      {(width, height) => (
        <BarChart width={width} height={height} data={data} margin={margin} barCategoryGap={0} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--border)" />
          <XAxis {...timeAxis(bars.map(({ at }) => at))} />
          <YAxis {...countAxis} allowDecimals={false} tickFormatter={number} />
          <Tooltip
            cursor={{ fill: 'var(--muted)' }}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const bar = active ? (payload?.[0]?.payload as { bar: Bar } | undefined)?.bar : undefined;
              if (!bar) return null;
              const rows = typeGroups
                .filter(({ key }) => bar.counts[key])
                .map(({ key, name, color }) => [name, number(bar.counts[key]!), color] as const);
              return <Note at={bar.at} rows={rows.length > 0 ? rows : [['Nothing', '0', 'var(--border)']]} />;
            }}
          />
          {typeGroups.map(({ key, color }) => (
            <Column key={key} dataKey={key} stackId="all" fill={color} isAnimationActive={false} shape={part(key)} />
          ))}
        </BarChart>
      )}
    </Frame>
  );
}

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly color: string;
}

/** Times over time. Where there is none, the line has a gap. */
export function TimesChart({ rows, series }: { rows: readonly Record<string, number | null>[]; series: readonly Series[] }) {
  return (
    <Frame>
      {(width, height) => (
        <LineChart width={width} height={height} data={[...rows]} margin={{ ...margin, right: 6 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--border)" />
          <XAxis {...timeAxis(rows.map(({ at }) => at!))} />
          <YAxis {...countAxis} tickFormatter={(value: number) => precise(value)} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) => {
              const row = active ? (payload?.[0]?.payload as Record<string, number | null> | undefined) : undefined;
              if (!row) return null;
              return (
                <Note
                  at={row['at']!}
                  rows={series.map(({ key, name, color }) => [name, row[key] == null ? 'nothing' : precise(row[key]), color] as const)}
                />
              );
            }}
          />
          {series.map(({ key, color }) => (
            <Line
              key={key}
              dataKey={key}
              stroke={color}
              strokeWidth={1.5}
              dot={{ r: 2, fill: color, strokeWidth: 0 }}
              type="linear"
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      )}
    </Frame>
  );
}
