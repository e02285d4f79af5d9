/** A squad, or those who are in none. */
export interface Group {
  readonly id: string;
  readonly name: string;
  /** In the order in which they sit. */
  readonly members: readonly string[];
}

/** A place on the ring: an agent's, or that of a squad that is not opened. */
export interface Seat {
  readonly id: string;
  readonly isSquad: boolean;
  readonly group: string;
  /** In radians, clockwise from the right. */
  readonly angle: number;
}

/** The part of the ring that a squad has. */
export interface Arc {
  readonly group: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Ring {
  readonly seats: readonly Seat[];
  readonly arcs: readonly Arc[];
}

/** With more agents than this, squads take their places, and one at a time is opened. */
export const mostAgents = 40;
/** Between two squads, in places. */
const gap = 1;

/** The id of a squad's place. No agent's id has a colon. */
export const squadSeat = (id: string): string => `squad:${id}`;

/** The squads by name, with their members by name. Whoever is in two squads sits in the first. */
export function groupsOf(
  agents: readonly { agent_id: string; name: string }[],
  squads: readonly { squad_id: string; name: string; members: readonly { agent_id?: string | null }[] }[],
): Group[] {
  const free = new Map(agents.map((agent) => [agent.agent_id, agent]));
  const take = (ids: Iterable<string>): string[] => {
    const taken = [...ids].map((id) => free.get(id)).filter((agent) => agent !== undefined);
    for (const { agent_id } of taken) free.delete(agent_id);
    return taken.sort(byName).map(({ agent_id }) => agent_id);
  };
  const groups = [...squads]
    .sort((a, b) => compare(a.name, b.name) || compare(a.squad_id, b.squad_id))
    .map(({ squad_id, name, members }) => ({ id: squad_id, name, members: take(new Set(members.map(({ agent_id }) => agent_id ?? ''))) }));
  return [...groups, { id: '-', name: 'In no squad', members: take([...free.keys()]) }].filter(({ members }) => members.length > 0);
}

/** Who sits where. It depends on names alone, so that it looks the same tomorrow. */
export function layOut(groups: readonly Group[], open: string | undefined): Ring {
  const count = groups.reduce((sum, { members }) => sum + members.length, 0);
  const isFolded = count > mostAgents;
  const widths = groups.map(({ id, members }) => (isFolded && id !== open ? 1 : members.length));
  const step = (2 * Math.PI) / (widths.reduce((sum, width) => sum + width, 0) + gap * groups.length);
  const seats: Seat[] = [];
  const arcs: Arc[] = [];
  // The first squad has the top.
  let angle = -Math.PI / 2 - (step * (widths[0] ?? 0)) / 2;
  groups.forEach(({ id, name, members }, index) => {
    const width = widths[index]!;
    const isSquad = isFolded && id !== open;
    const ids = isSquad ? [squadSeat(id)] : members;
    ids.forEach((one, place) => seats.push({ id: one, isSquad, group: id, angle: angle + step * (place + 0.5) }));
    arcs.push({ group: id, name, from: angle, to: angle + step * width });
    angle += step * (width + gap);
  });
  return { seats, arcs };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const at = (angle: number, radius: number): Point => ({ x: Math.cos(angle) * radius, y: Math.sin(angle) * radius });

/** A line between two, bent towards the middle, where it crosses few others. */
export function curve(from: Point, to: Point, bend: number): string {
  const middle = { x: ((from.x + to.x) / 2) * (1 - bend), y: ((from.y + to.y) / 2) * (1 - bend) };
  return `M${line(from)}Q${line(middle)} ${line(to)}`;
}

export function arcPath({ from, to }: Arc, radius: number): string {
  const isLarge = to - from > Math.PI ? 1 : 0;
  return `M${line(at(from, radius))}A${radius} ${radius} 0 ${isLarge} 1 ${line(at(to, radius))}`;
}

const line = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** How thick a line is for so many messages: ten times as many are some pixels more. */
export const thickness = (count: number): number => 1.25 + 2 * Math.log10(1 + count);

const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
const byName = (a: { agent_id: string; name: string }, b: { agent_id: string; name: string }) =>
  compare(a.name, b.name) || compare(a.agent_id, b.agent_id);
