import clsx from 'clsx';
import { useRef } from 'react';
import type { Person } from '../parts/people.ts';
import { StateDot, states } from '../parts/signs.tsx';
import type { AgentStateName } from '../parts/state.ts';
import { reveal } from '../parts/text/parse.ts';
import { GroupTile, Tile } from '../parts/tile.tsx';
import { plural } from '../parts/times.ts';
import { useSize } from '../parts/width.ts';
import { arcPath, at, curve, squadSeat, thickness, type Arc, type Point, type Ring } from './ring.ts';

/** Who sits on the ring or in its middle. */
export interface Node {
  readonly id: string;
  readonly person: Person;
  readonly state?: AgentStateName | undefined;
  /** How many agents a squad has that is not opened. */
  readonly members?: number | undefined;
}

export interface Edge {
  readonly a: string;
  readonly b: string;
  readonly count: number;
  readonly isStorm: boolean;
  readonly isDashed: boolean;
}

interface Props {
  ring: Ring;
  nodes: ReadonlyMap<string, Node>;
  /** Those in the middle. */
  people: readonly string[];
  edges: readonly Edge[];
  selected: string | undefined;
  onSelect: (node: Node) => void;
}

/** Between the arcs and the edges of the page, for the names of squads. */
const beside = 96;
const above = 48;
/** How far inside the arcs the agents sit. */
const inside = 0.79;
const longest = 18;

/** Everyone on a ring, with a line between those who talk. */
export function RingView({ ring, nodes, people, edges, selected, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const outer = Math.max(80, Math.min(width / 2 - beside, height / 2 - above));
  const inner = outer * inside;
  const places = new Map<string, Point>(ring.seats.map(({ id, angle }) => [id, at(angle, inner)]));
  people.forEach((id, index) =>
    places.set(id, at((2 * Math.PI * index) / people.length + Math.PI / 2, people.length > 1 ? inner * 0.22 : 0)),
  );
  const lit = new Set(selected === undefined ? [] : edges.flatMap(({ a, b }) => (a === selected ? [b] : b === selected ? [a] : [])));
  const isDim = ({ id, state }: Node) =>
    selected !== undefined && id !== selected && !lit.has(id) && !['asks', 'held', 'error', 'stalled'].includes(state ?? '');
  const touches = ({ a, b }: Edge) => a === selected || b === selected;
  // What matters is drawn last, above the rest.
  const drawn = [...edges].sort((a, b) => rank(a, touches) - rank(b, touches));
  const size = ring.seats.length > 24 ? (ring.seats.length > 40 ? 20 : 28) : 32;

  return (
    <div ref={box} className="relative h-full w-full overflow-hidden">
      {width > 0 && (
        <>
          <svg
            aria-hidden="true"
            className="absolute inset-0"
            width={width}
            height={height}
            viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`}
          >
            {ring.arcs.map((arc) => (
              <SquadArc key={arc.group} arc={arc} radius={outer} isNamed={!nodes.has(squadSeat(arc.group))} />
            ))}
            {drawn.map((edge) => (
              <Line
                key={`${edge.a}\n${edge.b}`}
                edge={edge}
                places={places}
                isLit={touches(edge)}
                isDim={selected !== undefined && !touches(edge)}
              />
            ))}
            {ring.seats.map(({ id, angle }) => {
              const node = nodes.get(id);
              return (
                node && (
                  <Name
                    key={id}
                    node={node}
                    angle={angle}
                    radius={inner}
                    size={size}
                    isCrowded={ring.seats.length > 28}
                    isOn={id === selected}
                    isDim={isDim(node)}
                  />
                )
              );
            })}
            {people.map((id) => {
              const node = nodes.get(id);
              const { x, y } = places.get(id)!;
              return (
                node && (
                  <text key={id} x={x} y={y + size / 2 + 16} textAnchor="middle" className="fill-foreground text-xs">
                    {short(node.person.name)}
                  </text>
                )
              );
            })}
          </svg>
          {[...ring.seats.map(({ id }) => id), ...people].map((id) => {
            const node = nodes.get(id);
            const { x, y } = places.get(id)!;
            return (
              node && (
                <Seat
                  key={id}
                  node={node}
                  size={size}
                  x={width / 2 + x}
                  y={height / 2 + y}
                  isOn={id === selected}
                  isDim={isDim(node)}
                  onSelect={() => onSelect(node)}
                />
              )
            );
          })}
        </>
      )}
    </div>
  );
}

const rank = (edge: Edge, touches: (edge: Edge) => boolean) => (touches(edge) ? 2 : 0) + (edge.isStorm ? 1 : 0);

function short(name: string): string {
  const letters = [...name];
  return reveal(letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : name);
}

const anchorOf = (angle: number): 'start' | 'end' | 'middle' =>
  Math.cos(angle) > 0.3 ? 'start' : Math.cos(angle) < -0.3 ? 'end' : 'middle';

/** A squad that is not opened has its name at its place. */
function SquadArc({ arc, radius, isNamed }: { arc: Arc; radius: number; isNamed: boolean }) {
  const middle = (arc.from + arc.to) / 2;
  const { x, y } = at(middle, radius + 18);
  return (
    <>
      <path d={arcPath(arc, radius)} fill="none" strokeWidth={1} className="stroke-border-strong" />
      {isNamed && (
        <text x={x} y={y + 4} textAnchor={anchorOf(middle)} className="fill-foreground-2 text-sm">
          {short(arc.name)}
        </text>
      )}
    </>
  );
}

function Line({ edge, places, isLit, isDim }: { edge: Edge; places: ReadonlyMap<string, Point>; isLit: boolean; isDim: boolean }) {
  const [from, to] = [places.get(edge.a), places.get(edge.b)];
  if (!from || !to) return null;
  return (
    <path
      d={curve(from, to, edge.isDashed ? 0.1 : 0.55)}
      fill="none"
      strokeWidth={thickness(edge.count)}
      strokeLinecap="round"
      {...(edge.isDashed ? { strokeDasharray: '2 5' } : {})}
      className={edge.isStorm ? 'stroke-bad-solid' : isLit ? 'stroke-accent' : 'stroke-calm-solid'}
      opacity={edge.isStorm || isLit ? 1 : isDim ? 0.22 : 0.5}
    />
  );
}

function Name(props: { node: Node; angle: number; radius: number; size: number; isCrowded: boolean; isOn: boolean; isDim: boolean }) {
  const { node, angle, radius, size, isCrowded, isOn, isDim } = props;
  const { x, y } = at(angle, radius + size / 2 + 12);
  const isLeft = Math.cos(angle) < 0;
  const look = clsx('text-xs', isDim ? 'fill-foreground-2' : 'fill-foreground', isOn && 'font-semibold');
  // Where many sit close to each other, names stand across the ring.
  const place = isCrowded
    ? {
        transform: `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI + (isLeft ? 180 : 0)})`,
        textAnchor: isLeft ? ('end' as const) : ('start' as const),
        dy: 4,
      }
    : { x, y: y + 4, textAnchor: anchorOf(angle) };
  return (
    <text {...place} className={look}>
      {short(node.person.name)}
    </text>
  );
}

interface SeatProps {
  node: Node;
  size: 20 | 28 | 32;
  x: number;
  y: number;
  isOn: boolean;
  isDim: boolean;
  onSelect: () => void;
}

function Seat({ node, size, x, y, isOn, isDim, onSelect }: SeatProps) {
  const { person, state, members } = node;
  const more = members === undefined ? state && states[state].word : plural(members, 'agent');
  const name = [person.name, more].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      aria-pressed={isOn}
      title={name}
      onClick={onSelect}
      style={{ left: x, top: y }}
      className={clsx(
        'absolute -translate-x-1/2 -translate-y-1/2 rounded-md outline-offset-2 after:absolute after:-inset-1 coarse:after:-inset-1.5',
        isOn ? 'ring-2 ring-accent' : 'hover:ring-2 hover:ring-border-strong',
      )}
    >
      {members === undefined ? (
        <Tile person={isDim && person.look === 'role' ? { ...person, look: 'script' } : person} size={size} className="block" />
      ) : (
        <GroupTile kind="squad" size={size} />
      )}
      {state && <StateDot name={state} />}
      <span className="sr-only">{name}</span>
    </button>
  );
}
