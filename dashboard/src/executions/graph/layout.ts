/** What is laid out: a node, and the nodes that come before it. */
export interface Node {
  readonly id: string;
  readonly needs: readonly string[];
  readonly height: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
}

export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

export const nodeWidth = 186;
const between = 28;
const rankGap = 56;
/** The room that a line takes which passes a rank. */
const passing = 24;
const sweeps = 8;
/** Beyond so many places where lines pass a rank, lines go straight through: a plan like that cannot be read anyway. */
const mostPassings = 8000;

interface Cell {
  readonly id: string;
  readonly rank: number;
  /** How much room it takes across the ranks; a line that passes takes little. */
  readonly size: number;
  readonly before: Cell[];
  readonly after: Cell[];
  order: number;
  at: number;
}

/** How many steps must be done one after the other before a node can begin. */
export function ranksOf(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ranks = new Map<string, number>();
  const begun = new Set<string>();
  // With a stack of its own: a plan may be 2,000 steps long.
  for (const root of nodes) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const needs = node.needs.map((id) => byId.get(id)).filter((one): one is Node => one !== undefined);
      const missing = needs.filter(({ id }) => !ranks.has(id) && !begun.has(id));
      begun.add(node.id);
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (!ranks.has(node.id)) ranks.set(node.id, Math.max(-1, ...needs.map(({ id }) => ranks.get(id) ?? -1)) + 1);
    }
  }
  return ranks;
}

/** Lays a plan out in ranks: downwards, or across from left to right. The same plan always looks the same. */
export function layOut(nodes: readonly Node[], isAcross: boolean): Layout {
  const ranks = ranksOf(nodes);
  const { rows, cells, chains } = cellsOf(nodes, ranks, isAcross);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) sortRow(row, sweep % 2 === 0 ? 'before' : 'after');
  }
  for (const row of rows) place(row, () => undefined);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const side = sweep % 2 === 0 ? 'before' : 'after';
    for (const row of side === 'before' ? rows : [...rows].reverse())
      place(row, (cell) => meanOf(cell[side]) ?? meanOf([...cell.before, ...cell.after]));
  }
  const heights = new Map(nodes.map(({ id, height }) => [id, height]));
  const depths = rows.map((row) => (isAcross ? nodeWidth : Math.max(0, ...row.map(({ id }) => heights.get(id) ?? 0))));
  const starts: number[] = [];
  depths.reduce((start, depth, rank) => ((starts[rank] = start), start + depth + rankGap), 0);
  const first = Math.min(0, ...rows.flat().map(({ at, size }) => at - size / 2));
  const last = Math.max(0, ...rows.flat().map(({ at, size }) => at + size / 2));
  const point = (along: number, across: number): Point => (isAcross ? [along, across - first] : [across - first, along]);

  const boxes = new Map<string, Box>();
  for (const { id, height } of nodes) {
    const { rank, at } = cells.get(id)!;
    const middle = starts[rank]! + depths[rank]! / 2;
    const [x, y] = point(middle, at);
    boxes.set(id, { x: Math.round(x - nodeWidth / 2), y: Math.round(y - height / 2), height });
  }
  const endOf = (cell: Cell, isStart: boolean): number => {
    const middle = starts[cell.rank]! + depths[cell.rank]! / 2;
    const half = (isAcross ? nodeWidth : (heights.get(cell.id) ?? 0)) / 2;
    return isStart ? middle + half : middle - half;
  };
  const lines = chains.map((chain): Line => {
    const points: Point[] = [point(endOf(chain[0]!, true), chain[0]!.at)];
    for (let index = 1; index < chain.length; index++) {
      const from = chain[index - 1]!;
      const to = chain[index]!;
      // The turn is at the same depth for all lines between two ranks, so that they join.
      const turn = starts[to.rank]! - rankGap / 2;
      points.push(point(turn, from.at), point(turn, to.at));
    }
    points.push(point(endOf(chain.at(-1)!, false), chain.at(-1)!.at));
    return { from: chain[0]!.id, to: chain.at(-1)!.id, points };
  });
  const long = Math.max(0, (starts.at(-1) ?? 0) + (depths.at(-1) ?? 0));
  const wide = last - first;
  return { boxes, lines, width: isAcross ? long : wide, height: isAcross ? wide : long };
}

function cellsOf(nodes: readonly Node[], ranks: ReadonlyMap<string, number>, isAcross: boolean) {
  const cells = new Map<string, Cell>();
  const rows: Cell[][] = Array.from({ length: Math.max(0, ...[...ranks.values()].map((rank) => rank + 1)) }, () => []);
  const add = (id: string, rank: number, size: number): Cell => {
    const cell: Cell = { id, rank, size, before: [], after: [], order: rows[rank]!.length, at: 0 };
    rows[rank]!.push(cell);
    return cell;
  };
  const join = (from: Cell, to: Cell) => {
    from.after.push(to);
    to.before.push(from);
  };
  for (const { id, height } of nodes) cells.set(id, add(id, ranks.get(id)!, isAcross ? height : nodeWidth));
  const links = nodes.flatMap(({ id, needs }) =>
    [...new Set(needs)].filter((one) => cells.has(one) && one !== id).map((one) => [one, id] as const),
  );
  const passings = links.reduce((sum, [from, to]) => sum + Math.max(0, ranks.get(to)! - ranks.get(from)! - 1), 0);
  const chains = links.map(([from, to]) => {
    const chain = [cells.get(from)!];
    if (passings <= mostPassings)
      for (let rank = ranks.get(from)! + 1; rank < ranks.get(to)!; rank++) {
        const cell = add(`${from}>${to}`, rank, passing);
        join(chain.at(-1)!, cell);
        chain.push(cell);
      }
    join(chain.at(-1)!, cells.get(to)!);
    chain.push(cells.get(to)!);
    return chain;
  });
  return { rows, cells, chains };
}

function meanOf(cells: readonly Cell[]): number | undefined {
  return cells.length === 0 ? undefined : cells.reduce((sum, { at }) => sum + at, 0) / cells.length;
}

/** Orders a row by where its neighbors stand, so that few lines cross. */
function sortRow(row: Cell[], side: 'before' | 'after'): void {
  const wish = new Map(
    row.map((cell) => {
      const near = cell[side];
      return [cell, near.length === 0 ? cell.order : near.reduce((sum, { order }) => sum + order, 0) / near.length];
    }),
  );
  row.sort((a, b) => wish.get(a)! - wish.get(b)! || a.order - b.order);
  row.forEach((cell, index) => (cell.order = index));
}

/** Moves the cells of a row as near to where they wish to be as they can without touching: the least sum of squares, by pooling those that collide. */
function place(row: readonly Cell[], wish: (cell: Cell) => number | undefined): void {
  let room = 0;
  const rooms = row.map((cell, index) => {
    if (index > 0) room += (row[index - 1]!.size + cell.size) / 2 + between;
    return room;
  });
  const pools: { sum: number; count: number }[] = [];
  row.forEach((cell, index) => {
    let pool = { sum: (wish(cell) ?? cell.at) - rooms[index]!, count: 1 };
    while (pools.length > 0 && pools.at(-1)!.sum / pools.at(-1)!.count > pool.sum / pool.count) {
      const other = pools.pop()!;
      pool = { sum: pool.sum + other.sum, count: pool.count + other.count };
    }
    pools.push(pool);
  });
  let index = 0;
  for (const { sum, count } of pools) for (let one = 0; one < count; one++, index++) row[index]!.at = sum / count + rooms[index]!;
}

const corner = 8;

/** A line of straight pieces with round corners, as the `d` of a path. */
export function pathOf(points: readonly Point[]): string {
  const turns = points.filter(([x, y], index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before && before[0] === x && before[1] === y) return false;
    return !(before && after && ((before[0] === x && after[0] === x) || (before[1] === y && after[1] === y)));
  });
  const parts = turns.map(([x, y], index) => {
    const before = turns[index - 1];
    const after = turns[index + 1];
    if (!before) return `M${round(x)} ${round(y)}`;
    if (!after) return `L${round(x)} ${round(y)}`;
    const back = towards([x, y], before);
    const on = towards([x, y], after);
    return `L${round(back[0])} ${round(back[1])}Q${round(x)} ${round(y)} ${round(on[0])} ${round(on[1])}`;
  });
  return parts.join('');
}

function towards([x, y]: Point, [toX, toY]: Point): Point {
  const length = Math.abs(toX - x) + Math.abs(toY - y);
  const part = length === 0 ? 0 : Math.min(corner, length / 2) / length;
  return [x + (toX - x) * part, y + (toY - y) * part];
}

const round = (value: number) => Math.round(value * 10) / 10;
