import type { Schemas } from '@parley/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { kindOf } from '../parts/kinds.ts';
import { usePeople } from '../parts/pairs.ts';
import { nobody } from '../parts/talks.ts';
import { reveal } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { clock, moment, number, precise } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Card, cell, Numbers, rowHead } from './card.tsx';
import { meaningOf, type Health } from './health.ts';

const few = 12;

type AgentCount = Schemas['AgentCount'];

/** How much each agent sent and received, how fast it acknowledges, and when it was at work. */
export function Agents({ rows, since }: { rows: readonly AgentCount[]; since: string }) {
  const [isAll, setAll] = useState(false);
  const sorted = [...rows].sort((a, b) => b.sent + b.received - a.sent - a.received);
  const most = Math.max(1, ...sorted.map(({ sent, received }) => sent + received));
  const shown = isAll ? sorted : sorted.slice(0, few);
  return (
    <Card name="Agents" more="sent, received, their mean time to acknowledge" className="xl:col-span-4">
      {rows.length === 0 && <p className="text-foreground-2">No agent sent or received anything.</p>}
      {rows.length > 0 && (
        <Numbers label="Agents" columns={['Agent', 'Sent and received', 'Acks in', 'First, last']}>
          {shown.map((row) => (
            <AgentRow key={row.agent_id ?? nobody} row={row} most={most} since={since} />
          ))}
        </Numbers>
      )}
      {sorted.length > few && (
        <Button look="ghost" size="small" onClick={() => setAll(!isAll)} className="mt-2 self-start">
          {isAll ? 'Show fewer' : `Show all ${number(sorted.length)}`}
        </Button>
      )}
    </Card>
  );
}

function AgentRow({ row, most, since }: { row: AgentCount; most: number; since: string }) {
  const personFor = usePeople();
  const now = useNow();
  const id = row.agent_id ?? nobody;
  const person = personFor(id);
  const name = (
    <span className="flex items-center gap-2">
      <Tile person={person} size={18} />
      <span className="said max-w-36 truncate text-sm" dir="auto">
        {reveal(person.name)}
      </span>
    </span>
  );
  const count = (value: number, field: 'sender' | 'recipient') =>
    id === nobody || value === 0 ? (
      number(value)
    ) : (
      <ProjectLink
        to="messages"
        query={{ [field]: id, since }}
        className="hover:underline"
        title={field === 'sender' ? `${number(value)} sent by ${person.name}` : `${number(value)} received by ${person.name}`}
      >
        {number(value)}
      </ProjectLink>
    );
  return (
    <tr>
      <th scope="row" className={rowHead}>
        {id === nobody || id === 'human' ? name : <ProjectLink to={`fleet/${encodeURIComponent(id)}`}>{name}</ProjectLink>}
      </th>
      <td className={cell}>
        <span className="flex items-center justify-end gap-3">
          <span aria-hidden="true" className="hidden h-2 w-24 gap-px overflow-hidden @min-[420px]:flex">
            <span className="bg-busy-solid" style={{ width: `${(100 * row.sent) / most}%` }} />
            <span className="bg-calm-solid" style={{ width: `${(100 * row.received) / most}%` }} />
          </span>
          <span className="min-w-16">
            {count(row.sent, 'sender')} · {count(row.received, 'recipient')}
          </span>
        </span>
      </td>
      <td className={cell}>{row.ack_ms === null ? 'none' : precise(row.ack_ms)}</td>
      <td className={`${cell} text-foreground-2`}>
        {row.first_at === null || row.last_at === null ? (
          'none'
        ) : (
          <>
            {moment(Date.parse(row.first_at), now)} – {clock(Date.parse(row.last_at))}
          </>
        )}
      </td>
    </tr>
  );
}

/** Of each type: what became of it. Dead and expired ones stand out. */
export function Types({ rows, since, more }: { rows: readonly Schemas['TypeCount'][]; since: string; more: string }) {
  const sorted = [...rows].sort((a, b) => b.messages - a.messages);
  return (
    <Card name="Types" more={more} className="xl:col-span-4">
      {rows.length === 0 && <p className="text-foreground-2">Nothing was sent.</p>}
      {rows.length > 0 && (
        <Numbers label="Types" columns={['Type', 'Sent', 'Acknowledged', 'Acks in', 'Dead', 'Expired']}>
          {sorted.map(({ message_type: type, messages, deliveries, acknowledged, dead, expired, ack_ms }) => {
            const Icon = kindOf(type).icon;
            return (
              <tr key={type}>
                <th scope="row" className={rowHead}>
                  <span className="flex items-center gap-2">
                    <Icon size={14} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-foreground-2" />
                    <span className="said max-w-44 truncate">{type}</span>
                  </span>
                </th>
                <td className={cell}>
                  <ProjectLink to="messages" query={{ type, since }} className="hover:underline">
                    {number(messages)}
                  </ProjectLink>
                </td>
                <td className={cell}>
                  {deliveries === 0 ? 'none' : `${Math.min(100, (100 * acknowledged) / deliveries).toFixed(1)}\u00a0%`}
                </td>
                <td className={cell}>{ack_ms === null ? 'none' : precise(ack_ms)}</td>
                <td className={cell}>
                  {dead > 0 ? (
                    <ProjectLink to="dead-letters" className="text-bad hover:underline">
                      {number(dead)}
                    </ProjectLink>
                  ) : (
                    0
                  )}
                </td>
                <td className={cell}>{number(expired)}</td>
              </tr>
            );
          })}
        </Numbers>
      )}
    </Card>
  );
}

/** How recipients were found, and which rules had a hand in it. */
export function Routing() {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['stats-routing', project],
    queryFn: () => parley.rest.get('/stats/routing', {}),
    refetchInterval: 30_000,
  });
  const now = useNow();
  if (!data) return null;
  const rows = [
    ...data.rules.map((row) => ({ ...row, key: `rule-${row.name}`, title: `rule ${row.name}` })),
    ...data.strategies.map((row) => ({ ...row, key: row.name, title: `by ${row.name}` })),
  ];
  return (
    <Card name="Routing" more="since the beginning" className="xl:col-span-4">
      {rows.length === 0 && (
        <p className="text-foreground-2">No rule took part, and every message named its recipients by id or went to everybody.</p>
      )}
      {rows.length > 0 && (
        <Numbers label="Routing" columns={['How', 'Messages', 'Last']}>
          {rows.map(({ key, title, messages, last_at }) => (
            <tr key={key}>
              <th scope="row" className={`${rowHead} said`}>
                {title}
              </th>
              <td className={cell}>{number(messages)}</td>
              <td className={`${cell} text-foreground-2`}>{last_at ? moment(Date.parse(last_at), now) : 'never'}</td>
            </tr>
          ))}
        </Numbers>
      )}
    </Card>
  );
}

/** What the score is made of. */
export function HealthParts({ health }: { health: Health }) {
  return (
    <Card name="Health" more={`${number(health.score)} of 100, made of`} className="xl:col-span-4">
      <Numbers label="Health" columns={['Part', 'Now', 'No points from', 'Points']}>
        {health.parts.map(({ name, value, limit, points, max_points }) => {
          const meaning = meaningOf(name);
          return (
            <tr key={name}>
              <th scope="row" className={rowHead}>
                {meaning.name}
              </th>
              <td className={cell}>{meaning.format(value)}</td>
              <td className={cell}>{meaning.format(limit)}</td>
              <td className={points === 0 ? `${cell} text-bad` : cell}>
                {number(points)} of {number(max_points)}
              </td>
            </tr>
          );
        })}
      </Numbers>
    </Card>
  );
}
