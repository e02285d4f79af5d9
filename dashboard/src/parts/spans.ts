const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A span of time up to now, as statistics are asked for. */
export interface Span {
  readonly label: string;
  /** In a sentence: "messages in the last hour". */
  readonly words: string;
  /** When it begins, in milliseconds. */
  readonly since: (now: number) => number;
  /** The length of a bar, as the server names it, and in milliseconds. */
  readonly bucket: string;
  readonly bucketLength: number;
  readonly bucketWords: string;
}

const last = (length: number) => (now: number) => now - length;
const five = { bucket: '5m', bucketLength: 5 * minute, bucketWords: 'each 5\u00a0min' };

export const spans = {
  '15m': { label: '15\u00a0min', words: 'in the last 15\u00a0minutes', since: last(15 * minute), ...five },
  '1h': { label: '1\u00a0h', words: 'in the last hour', since: last(hour), ...five },
  '6h': { label: '6\u00a0h', words: 'in the last 6\u00a0hours', since: last(6 * hour), ...five },
  '24h': {
    label: '24\u00a0h',
    words: 'in the last 24\u00a0hours',
    since: last(day),
    bucket: '15m',
    bucketLength: 15 * minute,
    bucketWords: 'each 15\u00a0min',
  },
  '7d': {
    label: '7\u00a0d',
    words: 'in the last 7\u00a0days',
    since: last(7 * day),
    bucket: '1h',
    bucketLength: hour,
    bucketWords: 'each hour',
  },
  today: { label: 'today', words: 'today', since: (now: number) => new Date(now).setHours(0, 0, 0, 0), ...five },
} satisfies Record<string, Span>;

export type SpanKey = keyof typeof spans;

/** The span that an address names, or the usual one. */
export function spanOf<K extends SpanKey>(value: string | undefined, choices: readonly K[], usual: K): K {
  return choices.find((choice) => choice === value) ?? usual;
}

/** The begin of a span for a query: a whole minute, as the server counts by minutes. */
export function sinceOf(key: SpanKey, now: number): string {
  return new Date(Math.floor(spans[key].since(now) / minute) * minute).toISOString();
}
