import { number, precise } from '../parts/times.ts';

/** How well a project is doing: the sum of the points of its parts, 0-100. */
export interface Health {
  readonly score: number;
  readonly parts: readonly HealthPart[];
}

export interface HealthPart {
  readonly name: string;
  readonly value: number;
  /** From here on, the part has no points. */
  readonly limit: number;
  readonly points: number;
  readonly max_points: number;
}

const percent = (value: number): string => `${Number((100 * value).toFixed(1))}\u00a0%`;
const plain = (value: number): string => number(Math.round(value * 1000) / 1000);

interface Meaning {
  /** Before its value, in a few words. */
  readonly short: string;
  readonly name: string;
  readonly format: (value: number) => string;
}

const meanings: Record<string, Meaning> = {
  lost: { short: 'lost', name: 'Deliveries that died or expired, last hour', format: percent },
  ack_ms: { short: 'acks in', name: 'Mean time to acknowledge, last hour', format: precise },
  delivery_ms: { short: 'delivered in', name: '95\u00a0% reached a connection within, last 5\u00a0min', format: precise },
  absent: { short: 'readers away', name: 'Agents with waiting messages that are offline', format: percent },
  unavailable: { short: 'not ready', name: 'Time in which the server was not ready', format: percent },
};

export const meaningOf = (name: string): Meaning =>
  meanings[name] ?? { short: name.replace(/_/g, ' '), name: name.replace(/_/g, ' '), format: plain };

/** What costs the most points, in a few words; or that nothing does. */
export function worstOf(parts: readonly HealthPart[]): string {
  const lost = parts.filter(({ points, max_points }) => points < max_points);
  lost.sort((a, b) => b.max_points - b.points - a.max_points + a.points);
  if (lost.length === 0) return 'nothing takes from it';
  return lost
    .slice(0, 2)
    .map(({ name, value }) => `${meaningOf(name).short} ${meaningOf(name).format(value)}`)
    .join(', ');
}
