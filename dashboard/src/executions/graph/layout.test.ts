import { describe, expect, it } from 'vitest';
import { layOut, nodeWidth, pathOf, ranksOf, type Node } from './layout.ts';

const node = (id: string, ...needs: string[]): Node => ({ id, needs, height: 56 });

/** A plan by chance, but always the same one. */
function plan(count: number, seed: number): Node[] {
  let state = seed;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  return Array.from({ length: count }, (_, index) => {
    const needs = new Set<string>();
    for (let one = 0; one < Math.min(index, 3); one++) if (next() < 0.6) needs.add(`s${Math.floor(next() * index)}`);
    return { id: `s${index}`, needs: [...needs], height: next() < 0.5 ? 56 : 76 };
  });
}

describe('The layout of a plan', { timeout: 60_000 }, () => {
  it('puts each step after all that it needs', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const nodes = plan(60, seed);
      const ranks = ranksOf(nodes);
      for (const { id, needs } of nodes) for (const need of needs) expect(ranks.get(need)!).toBeLessThan(ranks.get(id)!);
    }
  });

  it('never lets two boxes touch, downwards or across', () => {
    for (let seed = 1; seed <= 20; seed++)
      for (const isAcross of [false, true]) {
        const { boxes, width, height } = layOut(plan(40, seed), isAcross);
        const all = [...boxes.values()];
        all.forEach((a, index) => {
          expect(a.x).toBeGreaterThanOrEqual(0);
          expect(a.y).toBeGreaterThanOrEqual(0);
          expect(a.x + nodeWidth).toBeLessThanOrEqual(width + 1);
          expect(a.y + a.height).toBeLessThanOrEqual(height + 1);
          for (const b of all.slice(index + 1)) {
            const isApart = a.x + nodeWidth <= b.x || b.x + nodeWidth <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            expect(isApart, JSON.stringify([a, b])).toBe(true);
          }
        });
      }
  });

  it('leads every line from the edge of one box to the edge of the other', () => {
    const nodes = plan(30, 7);
    const { boxes, lines } = layOut(nodes, false);
    expect(lines).toHaveLength(nodes.reduce((sum, { needs }) => sum + needs.length, 0));
    for (const { from, to, points } of lines) {
      const a = boxes.get(from)!;
      const b = boxes.get(to)!;
      expect(Math.abs(points[0]![1] - (a.y + a.height))).toBeLessThan(1.5);
      expect(Math.abs(points.at(-1)![1] - b.y)).toBeLessThan(1.5);
      // Every piece is level or upright.
      points.slice(1).forEach(([x, y], index) => expect(x === points[index]![0] || y === points[index]![1]).toBe(true));
    }
  });

  it('is the same each time', () => {
    expect(layOut(plan(50, 3), false)).toEqual(layOut(plan(50, 3), false));
  });

  it('puts a step in the middle above the steps that wait for it', () => {
    const { boxes } = layOut([node('a'), node('b', 'a'), node('c', 'a'), node('d', 'a')], false);
    expect(boxes.get('a')!.x).toBe(boxes.get('c')!.x);
    expect(boxes.get('b')!.x).toBeLessThan(boxes.get('c')!.x);
  });

  it('copes with needs that are not there, circles, and nothing at all', () => {
    expect(layOut([], false)).toMatchObject({ width: 0, height: 0, lines: [] });
    expect(layOut([node('a', 'gone')], false).boxes.size).toBe(1);
    expect(layOut([node('a', 'b'), node('b', 'a'), node('c', 'c')], true).boxes.size).toBe(3);
  });

  it('lays a thousand steps out at once', () => {
    const chain = Array.from({ length: 2000 }, (_, index) => node(`s${index}`, ...(index > 0 ? [`s${index - 1}`, 's0'] : [])));
    expect(layOut(chain, false).boxes.size).toBe(2000);
    expect(layOut(plan(1000, 5), false).boxes.size).toBe(1000);
  });
});

describe('A path', () => {
  it('goes straight where it does not turn, and rounds its corners', () => {
    expect(
      pathOf([
        [0, 0],
        [0, 10],
        [0, 20],
      ]),
    ).toBe('M0 0L0 20');
    expect(
      pathOf([
        [0, 0],
        [0, 20],
        [40, 20],
        [40, 60],
      ]),
    ).toBe('M0 0L0 12Q0 20 8 20L32 20Q40 20 40 28L40 60');
  });
});
