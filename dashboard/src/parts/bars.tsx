import clsx from 'clsx';
import { plural } from './times.ts';

/** The last hour in twelve bars. */
export function Bars({
  bars,
  isBad,
  width = 60,
  height = 16,
}: {
  bars: readonly number[];
  isBad?: boolean;
  width?: number;
  height?: number;
}) {
  const most = Math.max(4, ...bars);
  const step = width / bars.length;
  const sum = bars.reduce((total, bar) => total + bar, 0);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={`${plural(sum, 'message')} in the last hour`}
      className={clsx('shrink-0', isBad ? 'fill-bad-solid' : 'fill-calm-solid')}
    >
      {bars.map((bar, index) => {
        const size = bar === 0 ? 1 : Math.max(2, (bar / most) * height);
        return <rect key={index} x={index * step} y={height - size} width={step - 2} height={size} opacity={bar === 0 ? 0.4 : 0.8} />;
      })}
    </svg>
  );
}
