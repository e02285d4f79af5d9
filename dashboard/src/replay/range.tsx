import { useAddressQuery } from '../app/query.ts';
import type { Query } from '../app/router.tsx';
import { now } from '../live/clock.ts';
import { momentOf } from '../messages/filter.ts';
import { Choose } from '../ui/menu.tsx';

const hour = 3_600_000;
const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
const ranges: Record<string, { word: string; of: (now: number) => { from: number; until?: number } }> = {
  hour: { word: 'Last hour', of: (time) => ({ from: time - hour }) },
  day: { word: 'Last 24 hours', of: (time) => ({ from: time - 24 * hour }) },
  today: { word: 'Today', of: (time) => ({ from: midnight(time) }) },
  yesterday: { word: 'Yesterday', of: (time) => ({ from: midnight(midnight(time) - 1), until: midnight(time) }) },
};

/** The range of time that an address names; the last hour if it names none. An end that is still to come is none. */
export function rangeOf({ from, until }: Query, time: number): { from: number; until: number | undefined } {
  const begin = from ? momentOf(from, time) : undefined;
  const end = until ? momentOf(until, time) : undefined;
  return { from: begin ?? time - hour, until: end !== undefined && end < time ? end : undefined };
}

/** Which range of time is played. */
export function RangeChoice() {
  const [, change] = useAddressQuery();
  return (
    <Choose
      label="Range"
      value="Range"
      choices={Object.entries(ranges).map(([value, { word }]) => ({ value, label: word }))}
      onChange={(value) => {
        const { from, until } = ranges[value]!.of(now());
        const text = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
        change({ from: text(from), until: text(until), at: undefined });
      }}
      className="border border-border-strong"
    />
  );
}
