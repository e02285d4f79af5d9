import { FileLock } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { PageHead } from '../app/page.tsx';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { Things, useThings } from '../live/store.ts';
import type { Reservation } from '../live/types.ts';
import { Left } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { number } from '../parts/times.ts';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { FleetViews } from './views.tsx';

/** Which files are held, by whom, until when, and who waits for them. */
export default function FilesPage() {
  const live = useLive();
  const things = useMemo(() => new Things<Reservation>((one) => one.reservation_id), []);
  useEffect(() => {
    const stop = new AbortController();
    live.followThings('reservations', { live: true }, things, stop.signal);
    return () => stop.abort();
  }, [live, things]);
  const all = useThings(things);
  const sorted = useMemo(() => [...all].sort((a, b) => (a.paths[0] ?? '').localeCompare(b.paths[0] ?? '')), [all]);
  return (
    <>
      <PageHead name="Held files" count={things.isLoaded ? number(all.length) : undefined} views={<FleetViews current="fleet/files" />} />
      <main id="main" className="min-h-0 flex-1 overflow-y-auto bg-card" tabIndex={0} aria-label="Held files">
        {!things.isLoaded && <Skeleton />}
        {things.isLoaded && sorted.length === 0 && (
          <Empty icon={<FileLock {...icon} size={24} />} title="No file is held">
            An agent reserves the paths that it is about to change, so that no other works on the same files.
            <Command>{'parley reserve "src/**" --as AGENT'}</Command>
          </Empty>
        )}
        <ul>
          {sorted.map((reservation) => (
            <Row key={reservation.reservation_id} reservation={reservation} />
          ))}
        </ul>
      </main>
    </>
  );
}

function Row({ reservation }: { reservation: Reservation }) {
  const { agent_id, paths, mode, status, reason, expires_at, wanted_by } = reservation;
  const person = usePerson(agent_id);
  return (
    <li className="grid gap-x-4 gap-y-1 border-b px-4 py-2.5 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_9rem]">
      <span className="min-w-0">
        {paths.map((path) => (
          <code key={path} className="said block truncate font-mono text-xs">
            {path}
          </code>
        ))}
        {reason && <span className="said block truncate text-xs text-foreground-2">{reason}</span>}
      </span>
      <span className="flex min-w-0 items-center gap-2">
        <Tile person={person} size={20} />
        <ProjectLink to={`fleet/${encodeURIComponent(agent_id)}`} className={`${textLink} said truncate`}>
          {person.name}
        </ProjectLink>
        {wanted_by.length > 0 && <Wanted by={wanted_by} />}
      </span>
      <span className="text-xs text-foreground-2 md:text-right">
        {status === 'waiting' ? 'waits for them' : mode === 'shared' ? 'shared, ' : ''}
        {status !== 'waiting' && expires_at && <Left time={expires_at} />}
      </span>
    </li>
  );
}

function Wanted({ by }: { by: readonly string[] }) {
  const first = usePerson(by[0]);
  return (
    <span className="truncate text-xs text-foreground-2">
      wanted by {first.name}
      {by.length > 1 && ` and ${by.length - 1} more`}
    </span>
  );
}
