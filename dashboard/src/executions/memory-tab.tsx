import { Database } from 'lucide-react';
import type { Execution, MemoryEntry } from '../live/types.ts';
import { At } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { plural } from '../parts/times.ts';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useInvolved, useMemoryOf } from './use-involved.ts';

/** What those who took part in an execution wrote down while it ran. Memory itself belongs to the project. */
export default function MemoryTab({ execution }: { execution: Execution }) {
  const { execution_id, created_at, ended_at } = execution;
  const involved = useInvolved(execution_id);
  const { data, error, refetch } = useMemoryOf(execution_id, involved.data, created_at, ended_at);
  const problem = error ?? involved.error;
  return (
    <main id="main" className="min-h-0 flex-1 overflow-y-auto bg-card" tabIndex={0} aria-label="Memory">
      {problem && <Problem error={problem} onRetry={() => void (involved.error ? involved.refetch() : refetch())} />}
      {!problem && !data && <Skeleton />}
      {data?.length === 0 && (
        <Empty icon={<Database {...icon} size={24} />} title="Nobody wrote to memory">
          Here are the entries that were last changed while it ran, by those who took part in it.
        </Empty>
      )}
      {data && data.length > 0 && (
        <>
          <p className="border-b px-4 py-1.5 text-xs text-foreground-2">
            {plural(data.length, 'entry', 'entries')} last changed while it ran, by those who took part in it
          </p>
          <ul>
            {data.map((entry) => (
              <Row key={entry.memory_id} entry={entry} />
            ))}
          </ul>
        </>
      )}
    </main>
  );
}

function Row({ entry }: { entry: MemoryEntry }) {
  const person = usePerson(entry.updated_by);
  return (
    <li className="grid items-baseline gap-x-4 gap-y-0.5 border-b px-4 py-2 md:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_10rem_6rem]">
      <code className="said truncate font-mono text-xs">{entry.key}</code>
      <code className="said truncate font-mono text-xs text-foreground-2">{JSON.stringify(entry.value).slice(0, 500)}</code>
      <span className="flex min-w-0 items-center gap-1.5 text-xs">
        <Tile person={person} size={18} />
        <span className="said truncate">{person.name}</span>
      </span>
      <At time={entry.updated_at} className="text-xs text-foreground-2 md:text-right" />
    </li>
  );
}
