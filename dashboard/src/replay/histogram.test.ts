import { expect, it } from 'vitest';
import { bucketOf, resample, unknownOf } from './histogram.ts';

it('asks for buckets that are short enough to be drawn, and not shorter than the server counts', () => {
  const minute = 60_000;
  expect(bucketOf(2 * minute, true)).toBe('1s');
  expect(bucketOf(2 * minute, false)).toBe('1m');
  expect(bucketOf(60 * minute, true)).toBe('30s');
  expect(bucketOf(24 * 60 * minute, false)).toBe('10m');
  expect(bucketOf(365 * 24 * 60 * minute, false)).toBe('1d');
});

it('counts what falls into each bar, whatever the buckets it was counted in, and loses none', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const counted = [
    { at: at(0), messages: 3, questions: 0, failures: 0 },
    { at: at(30), messages: 1, questions: 1, failures: 0 },
    { at: at(59), messages: 2, questions: 0, failures: 4 },
  ];
  const bars = resample(counted, 1000, 0, 60_000, 6);
  expect(bars.map(({ messages }) => messages)).toEqual([3, 0, 0, 1, 0, 2]);
  expect(bars[5]!.failures).toBe(4);
  expect(bars[3]!.questions).toBe(1);
  // What was counted beside the range stands at its edge.
  expect(resample(counted, 1000, 10_000, 50_000, 4).reduce((sum, { messages }) => sum + messages, 0)).toBe(6);
});

it('marks a failure once, whether the recording or only the server knows it', () => {
  const items = [{ at: new Date(60_000).toISOString(), messages: 0, questions: 0, failures: 3 }];
  expect(unknownOf({ items, length: 60_000 }, [61_000, 119_999, 120_000])[0]!.failures).toBe(1);
  expect(unknownOf({ items, length: 60_000 }, [])[0]!.failures).toBe(3);
});
