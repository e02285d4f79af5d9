import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live.ts';
import type { Bucket } from './timeline.ts';
import type { Part } from './use-recording.ts';

const lengths = {
  '1s': 1,
  '5s': 5,
  '10s': 10,
  '30s': 30,
  '1m': 60,
  '5m': 300,
  '10m': 600,
  '30m': 1800,
  '1h': 3600,
  '6h': 21_600,
  '1d': 86_400,
} as const;
type Length = keyof typeof lengths;

/** So many buckets are about as many as there are bars. */
const enough = 240;
/** Below a minute, the server counts only what belongs to an execution. */
const shortest = 60;

/** The length of buckets for a range, in the server's words.
 * @param milliseconds How long the range is. */
export function bucketOf(milliseconds: number, isOfExecution: boolean): Length {
  const all = Object.entries(lengths) as [Length, number][];
  const found = all.find(([, seconds]) => (isOfExecution || seconds >= shortest) && milliseconds / 1000 / seconds <= enough);
  return (found ?? all.at(-1)!)[0];
}

interface Counted {
  readonly at: string;
  readonly messages: number;
  readonly questions: number;
  readonly failures: number;
}

/** Puts counted buckets into bars of the same length. */
export function resample(counted: readonly Counted[], length: number, from: number, to: number, count: number): readonly Bucket[] {
  const span = Math.max(1, to - from);
  const bars = Array.from({ length: count }, (_, index) => ({
    at: from + (span * index) / count,
    messages: 0,
    questions: 0,
    failures: 0,
  }));
  for (const { at, messages, questions, failures } of counted) {
    const middle = Date.parse(at) + length / 2;
    const bar = bars[Math.min(count - 1, Math.max(0, Math.floor(((middle - from) / span) * count)))]!;
    bar.messages += messages;
    bar.questions += questions;
    bar.failures += failures;
  }
  return bars;
}

/** Leaves out the failures that are known to the millisecond already. */
export function unknownOf({ items, length }: Histogram, failed: readonly number[]): readonly Counted[] {
  return items.map((one) => {
    const begin = Date.parse(one.at);
    const known = failed.filter((time) => time >= begin && time < begin + length).length;
    return { ...one, failures: Math.max(0, one.failures - known) };
  });
}

export interface Histogram {
  readonly items: readonly Counted[];
  /** The length of a bucket, in milliseconds. */
  readonly length: number;
}

/** The whole range as the server counts it: also what is too much to be played, and deliveries that died. It counts an execution or everybody;
 *  for a thread or an agent, there is none. */
export function useHistogram({ execution, thread, agent }: Part, from: number, to: number, isOver: boolean): Histogram | undefined {
  const { parley, project } = useLive();
  const bucket = bucketOf(to - from, execution !== undefined);
  const length = lengths[bucket] * 1000;
  // Whole buckets: a range that grows is asked for again only when another one has begun.
  const since = Math.floor(from / length) * length;
  const until = (Math.floor(to / length) + 1) * length;
  const { data } = useQuery({
    queryKey: ['log-histogram', project, execution, bucket, since, until],
    enabled: (execution !== undefined || (thread === undefined && agent === undefined)) && to > from,
    placeholderData: keepPreviousData,
    refetchInterval: isOver ? false : 15_000,
    queryFn: async ({ signal }): Promise<Histogram> => {
      const items: Counted[] = [];
      let after: string | null = null;
      do {
        const page: { items: Counted[]; next: string | null } = await parley.rest.get('/log/histogram', {
          query: {
            since: new Date(since).toISOString(),
            until: new Date(until).toISOString(),
            bucket,
            ...(execution ? { execution } : {}),
            ...(after ? { after } : {}),
          } as never,
          signal,
        });
        items.push(...page.items);
        after = page.next;
      } while (after !== null);
      return { items, length };
    },
  });
  return data;
}
