import { CirclePause, EyeOff } from 'lucide-react';
import { useMemo } from 'react';
import { ProjectLink } from '../app/link.tsx';
import type { Message, Storm } from '../live/types.ts';
import { useNow } from '../live/clock.ts';
import { useMe } from '../live/session.ts';
import { useOpenStorms } from '../parts/attention.ts';
import { useNames } from '../parts/people.ts';
import { moment, plural } from '../parts/times.ts';
import { smallIcon } from '../ui/icon.ts';
import type { Left } from './left.ts';
import { indexFrom, indexOfSeq } from './places.ts';

/** A row above a message that is no message. */
export type Notice =
  { readonly kind: 'gap' } | { readonly kind: 'left'; readonly at: number } | { readonly kind: 'storm'; readonly storm: Storm };

export const noticeHeight = 32;

/** The notices above each message, by its seq. */
export function useNotices(messages: readonly Message[], gaps: readonly number[], left: Left | undefined): ReadonlyMap<number, Notice[]> {
  const storms = useOpenStorms();
  return useMemo(() => {
    const notices = new Map<number, Notice[]>();
    const put = (index: number, notice: Notice) => {
      const message = messages[index];
      if (message) notices.set(message.seq, [...(notices.get(message.seq) ?? []), notice]);
    };
    for (const before of gaps) put(indexOfSeq(messages, before), { kind: 'gap' });
    const unread = left && indexOfSeq(messages, left.seq + 1);
    // Before the first one that is known, the place is not known either.
    if (unread) put(unread, { kind: 'left', at: left.at });
    for (const storm of storms) {
      const started = Date.parse(storm.started_at);
      const index = indexFrom(messages, ({ timestamp }) => Date.parse(timestamp) > started);
      if (index > 0) put(index, { kind: 'storm', storm });
    }
    return notices;
  }, [messages, gaps, left, storms]);
}

export function NoticeRow({ notice }: { notice: Notice }) {
  return (
    <div role="row">
      <div role="gridcell" className="h-8">
        {notice.kind === 'gap' ? <Gap /> : notice.kind === 'left' ? <NewSince at={notice.at} /> : <Held storm={notice.storm} />}
      </div>
    </div>
  );
}

const look = 'flex h-8 items-center gap-2 px-4 text-xs';

function Gap() {
  const days = useMe().server.retention_days;
  return (
    <p className={`${look} text-foreground-2`}>
      <EyeOff {...smallIcon} />
      Entries before this are no longer kept{days ? ` (${plural(days, 'day')})` : ''}.
    </p>
  );
}

function NewSince({ at }: { at: number }) {
  const now = useNow();
  return (
    <p className={`${look} text-accent before:h-px before:flex-1 before:bg-accent-line after:h-px after:flex-1 after:bg-accent-line`}>
      new since you left, {moment(at, now)}
    </p>
  );
}

function Held({ storm }: { storm: Storm }) {
  const names = useNames();
  return (
    <p className={`${look} bg-bad-soft text-bad`}>
      <CirclePause {...smallIcon} className="shrink-0" />
      <span className="said min-w-0 flex-1 truncate">
        {plural(storm.held, 'reply', 'replies')} of {storm.agents.map(names).join(' and ')} {storm.held === 1 ? 'is' : 'are'} held
      </span>
      <ProjectLink
        to={`threads/${storm.thread_id}`}
        className="inline-flex h-6 shrink-0 items-center rounded-md border border-border-strong bg-card px-2 font-medium text-foreground hover:bg-muted"
      >
        Look and decide
      </ProjectLink>
    </p>
  );
}
