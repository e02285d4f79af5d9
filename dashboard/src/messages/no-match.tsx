import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { clock, plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { accepts, fields, serverFilter, type Filter } from './filter.ts';

const clear = Object.fromEntries([...fields, 'q', 'view'].map((field) => [field, undefined]));
/** So many are counted of what matches outside the time. */
const most = 100;

/** Nothing matches: which filter did it, where that is the time, and what matches nearest before it. */
export function NoMatch({ filter }: { filter: Filter }) {
  const { parley, project } = useLive();
  const [, change] = useAddressQuery();
  const { since, until: _, ...others } = filter.values;
  const { data } = useQuery({
    queryKey: ['nearest', project, filter],
    queryFn: ({ signal }) =>
      parley.rest.get('/messages', {
        query: { ...serverFilter({ values: others, q: filter.q }, now()), ...(filter.q ? { q: filter.q } : {}), limit: most } as object,
        signal,
      }),
    enabled: since !== undefined,
  });
  const earlier = data?.items.filter(accepts(filter)) ?? [];
  // The newest of them: the list has the newest first.
  const nearest = earlier[0];
  const said = filter.q ? `Nothing said ${filter.q.startsWith('"') ? filter.q : `“${filter.q}”`}` : 'No message matches';
  return (
    <Empty
      icon={<SearchX {...icon} size={24} />}
      title={since ? `${said} since ${since}` : said}
      action={
        <>
          {nearest && (
            <Button onClick={() => change({ since: nearest.timestamp, until: undefined })}>
              Since {clock(Date.parse(nearest.timestamp))}
            </Button>
          )}
          <Button onClick={() => change(clear)}>Clear the filters</Button>
        </>
      }
    >
      {nearest
        ? `${earlier.length === most ? `At least ${most} messages` : plural(earlier.length, 'message')} did before.`
        : 'What comes and matches appears here.'}
    </Empty>
  );
}
