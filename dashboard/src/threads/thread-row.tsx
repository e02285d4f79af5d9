import clsx from 'clsx';
import { Hand } from 'lucide-react';
import { ProjectLink } from '../app/link.tsx';
import type { ThreadSummary } from '../live/types.ts';
import type { Recent } from '../live/use-recent.ts';
import { textOf } from '../messages/log-row.tsx';
import { Ago } from '../parts/ago.tsx';
import { useOpenQuestions, useOpenStorms } from '../parts/attention.ts';
import { Bars } from '../parts/bars.tsx';
import { useNames, usePerson } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { plural } from '../parts/times.ts';
import { icon } from '../ui/icon.ts';

/** A thread in a list: who, when, what it is called, and its last line. */
export function ThreadRow({ thread, isCurrent, recent }: { thread: ThreadSummary; isCurrent: boolean; recent: Recent }) {
  const names = useNames();
  const questions = useOpenQuestions();
  const storms = useOpenStorms();
  const id = thread.conversation_thread_id;
  const asks = questions.some(({ thread_id }) => thread_id === id);
  const last = recent.lastOf(id);
  const bars = recent.barsOfThread(id);
  const storm = storms.find(({ thread_id }) => thread_id === id);
  return (
    <li>
      <ProjectLink
        to={`threads/${id}`}
        className={clsx(
          'block rounded-lg border px-2.5 py-2',
          isCurrent ? 'border-border-strong bg-card' : 'border-transparent hover:bg-muted',
        )}
      >
        <span className="flex items-center gap-1">
          {thread.participants.slice(0, 3).map((one) => (
            <PersonTile key={one} id={one} />
          ))}
          {thread.participants.length > 3 && <span className="text-xs text-foreground-2">+{thread.participants.length - 3}</span>}
          <span className="flex-1" />
          {bars && <Bars bars={bars} isBad={!!storm} width={58} />}
          <Ago time={thread.last_at} className="min-w-12 text-right text-xs text-foreground-2" />
        </span>
        <span className="mt-0.5 flex items-center gap-1.5">
          {asks && (
            <>
              <Hand {...icon} className="shrink-0 text-person" />
              <span className="sr-only">Waits for you: </span>
            </>
          )}
          <span className="said truncate font-medium" dir="auto">
            {firstLine(thread.title ?? 'Without text', 120)}
          </span>
        </span>
        <span className={clsx('block truncate text-xs', storm ? 'text-bad' : 'text-foreground-2')}>
          {storm
            ? `${plural(storm.held, 'reply', 'replies')} held`
            : last
              ? `${names(last.sender_id)}: ${textOf(last)}`
              : plural(thread.messages, 'message')}
        </span>
      </ProjectLink>
    </li>
  );
}

export function PersonTile({ id, size = 18 }: { id: string; size?: 16 | 18 | 20 | 28 | 32 }) {
  const person = usePerson(id);
  return (
    <span title={person.name}>
      <Tile person={person} size={size} />
    </span>
  );
}
