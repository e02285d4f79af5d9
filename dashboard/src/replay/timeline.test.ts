import { describe, expect, it } from 'vitest';
import { advance, histogramOf, Scale, silence, stretchesOf } from './timeline.ts';

const minute = 60_000;
const times = [0, 1, 2, 24, 25, 32, 33].map((one) => one * minute);

describe('Stretches of time', () => {
  it('cover the whole range, in order, and fold what is silent for two minutes', () => {
    const stretches = stretchesOf(0, 40 * minute, times, true);
    expect(stretches.map(({ from, to, isSilent }) => [from / minute, to / minute, isSilent])).toEqual([
      [0, 2, false],
      [2, 24, true],
      [24, 25, false],
      [25, 32, true],
      [32, 33, false],
      [33, 40, true],
    ]);
    stretches.slice(1).forEach(({ from }, index) => expect(from).toBe(stretches[index]!.to));
  });

  it('are one without folding, without messages, and without any time', () => {
    expect(stretchesOf(0, 10 * minute, times, false)).toHaveLength(1);
    expect(stretchesOf(0, minute, [], true)).toEqual([{ from: 0, to: minute, isSilent: false }]);
    expect(stretchesOf(5, 5, [5], true)).toEqual([{ from: 5, to: 5, isSilent: false }]);
    expect(stretchesOf(0, silence, [], true)).toEqual([{ from: 0, to: silence, isSilent: true }]);
  });
});

describe('Playing', () => {
  const stretches = stretchesOf(0, 33 * minute, times, true);

  it('takes what was said at its speed, and each silence in a second and a half', () => {
    // 2 + 1 + 1 minutes at 20 times, and two silences.
    const whole = (4 * minute) / 20 + 2 * 1500;
    expect(advance(stretches, 0, whole, 20)).toBe(33 * minute);
    expect(advance(stretches, 0, whole - 10, 20)).toBeLessThan(33 * minute);
    expect(advance(stretches, 0, minute / 20, 20)).toBe(minute);
  });

  it('goes on, never back, and stops at the end', () => {
    let time = 0;
    for (let one = 0; one < 5000; one++) {
      const next = advance(stretches, time, 16, 5);
      expect(next).toBeGreaterThanOrEqual(time);
      time = next;
    }
    expect(advance(stretches, 0, 1e9, 1)).toBe(33 * minute);
    expect(advance(stretches, 33 * minute, 16, 100)).toBe(33 * minute);
  });

  it('is the same in many small steps as in one', () => {
    let time = 0;
    for (let one = 0; one < 1000; one++) time = advance(stretches, time, 10, 20);
    expect(time).toBeCloseTo(advance(stretches, 0, 10_000, 20), 3);
  });

  it('never slows a silence down that would be over sooner', () => {
    expect(advance(stretchesOf(0, 3 * minute, [], true), 0, 200, 1000)).toBe(3 * minute);
  });
});

describe('A scale', () => {
  const scale = new Scale(stretchesOf(0, 33 * minute, times, true), 100, 700);

  it('puts times in order between its edges', () => {
    expect(scale.x(0)).toBe(100);
    expect(scale.x(33 * minute)).toBeCloseTo(700);
    let last = 0;
    for (let time = 0; time <= 33 * minute; time += 7000) {
      expect(scale.x(time)).toBeGreaterThanOrEqual(last);
      last = scale.x(time);
    }
  });

  it('finds the time at a point again', () => {
    for (let time = 0; time <= 33 * minute; time += 13_000) expect(scale.time(scale.x(time))).toBeCloseTo(time, 2);
    expect(scale.time(-50)).toBe(0);
    expect(scale.time(9999)).toBe(33 * minute);
  });

  it('gives all silences the same little room', () => {
    expect(scale.x(24 * minute) - scale.x(2 * minute)).toBeCloseTo(46);
    expect(scale.x(32 * minute) - scale.x(25 * minute)).toBeCloseTo(46);
  });

  it('marks times that are far enough apart and not silent', () => {
    const ticks = scale.ticks(50);
    expect(ticks.length).toBeGreaterThan(2);
    ticks.slice(1).forEach((tick, index) => expect(scale.x(tick) - scale.x(ticks[index]!)).toBeGreaterThanOrEqual(50));
    for (const tick of ticks) expect(tick > 2 * minute && tick < 24 * minute).toBe(false);
  });

  it('copes with no time at all', () => {
    const empty = new Scale(stretchesOf(5, 5, [], true), 0, 100);
    expect(empty.x(5)).toBe(0);
    expect(empty.time(50)).toBe(5);
    expect(empty.ticks(50).length).toBeLessThan(2);
  });
});

describe('A histogram', () => {
  it('counts everything once', () => {
    const buckets = histogramOf(0, 33 * minute, 20, { messages: times, questions: [minute], failures: [33 * minute, 50 * minute] });
    expect(buckets.reduce((sum, { messages }) => sum + messages, 0)).toBe(times.length);
    expect(buckets.reduce((sum, { questions }) => sum + questions, 0)).toBe(1);
    expect(buckets.at(-1)!.failures).toBe(1);
    expect(histogramOf(5, 5, 4, { messages: [5], questions: [], failures: [] })[0]!.messages).toBe(1);
  });
});
