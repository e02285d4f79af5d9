import { describe, expect, it } from 'vitest';
import { pointsOf, zigzag } from './zigzag.ts';

const said = (...all: [string, number][]) => all.map(([sender_id, at]) => ({ sender_id, at }));

describe('The zigzag of a storm', () => {
  it('goes from one to the other and back, at their times', () => {
    const points = zigzag(said(['a', 100], ['b', 150], ['other', 160], ['a', 200]), ['a', 'b'], 200, 40);
    expect(points).toEqual([
      { x: 0, y: 0 },
      { x: 100, y: 40 },
      { x: 200, y: 0 },
    ]);
    expect(pointsOf(points)).toBe('0.0,0.0 100.0,40.0 200.0,0.0');
  });

  it('is spread out where all came in the same moment, and has a row for each agent', () => {
    const points = zigzag(said(['a', 5], ['b', 5], ['c', 5]), ['a', 'b', 'c'], 100, 40);
    expect(points).toEqual([
      { x: 0, y: 0 },
      { x: 50, y: 20 },
      { x: 100, y: 40 },
    ]);
    expect(zigzag([], ['a', 'b'], 100, 40)).toEqual([]);
  });
});
