/** One message of a storm: who said it, when, and whether it is held. */
export interface Said {
  readonly sender_id: string;
  readonly at: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The replies from one agent to the other and back, each at its time: a line that goes to and fro, and closer as they get faster. */
export function zigzag(said: readonly Said[], agents: readonly string[], width: number, height: number): Point[] {
  const known = said.filter(({ sender_id }) => agents.includes(sender_id));
  const from = known[0]?.at ?? 0;
  const lasts = (known.at(-1)?.at ?? 0) - from;
  const rows = Math.max(1, agents.length - 1);
  return known.map(({ sender_id, at }, index) => ({
    // What came within a moment stands side by side.
    x: (lasts > 0 ? (at - from) / lasts : index / Math.max(1, known.length - 1)) * width,
    y: (agents.indexOf(sender_id) / rows) * height,
  }));
}

/** As the `points` of an SVG line. */
export const pointsOf = (points: readonly Point[]): string => points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
