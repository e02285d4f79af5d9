import clsx from 'clsx';
import { Clock } from 'lucide-react';
import { memo } from 'react';
import { ProjectLink } from '../app/link.tsx';
import type { Message } from '../live/types.ts';
import { Reactions, textOf } from '../messages/log-row.tsx';
import { kindOf } from '../parts/kinds.ts';
import { Pair } from '../parts/pair.tsx';
import { useSender } from '../parts/people.ts';
import { KindSign, Marks, PrioritySign } from '../parts/signs.tsx';
import { CodeBox, Said } from '../parts/text/text.tsx';
import { Tile } from '../parts/tile.tsx';
import { clock, exact, span } from '../parts/times.ts';
import { smallIcon } from '../ui/icon.ts';

/** A pause as long as this is said. */
const silence = 5 * 60_000;

interface Props {
  message: Message;
  before?: Message | undefined;
  quoted?: Message | undefined;
  isMarked?: boolean;
}

/** One message of a conversation. What asks a person stands on amber. */
export const Entry = memo(function Entry({ message, before, quoted, isMarked }: Props) {
  const sender = useSender(message);
  const at = Date.parse(message.timestamp);
  const pause = before ? at - Date.parse(before.timestamp) : 0;
  const asks = kindOf(message.message_type, message.to).tone === 'person';
  return (
    <>
      {pause > silence && (
        <p className="flex items-center gap-2 py-2 pl-16 text-xs text-foreground-2">
          <Clock {...smallIcon} />
          {span(pause)} without a message
        </p>
      )}
      <article
        aria-label={`${sender.name}, ${clock(at)}`}
        className={clsx('mx-2.5 flex gap-3 rounded-lg px-2.5 py-2.5', asks && 'bg-person-soft', isMarked && !asks && 'bg-accent-soft')}
      >
        <Tile person={sender} size={28} />
        <div className="min-w-0 flex-1">
          <div className="flex min-w-0 items-center gap-2">
            <Pair message={message} withoutSenderTile />
            <KindSign type={message.message_type} to={message.to} className="text-xs" />
            <PrioritySign priority={message.priority} />
            <span className="flex-1" />
            <ProjectLink
              to={`messages/${message.message_id}`}
              aria-label={`Where this message of ${clock(at)} is`}
              className="shrink-0 text-xs text-foreground-2 hover:underline"
            >
              <time dateTime={message.timestamp} title={exact(at)}>
                {clock(at)}
              </time>
            </ProjectLink>
            <span className="flex min-w-6 shrink-0 justify-end">
              <Marks id={message.message_id} />
            </span>
          </div>
          {quoted && <Quote message={quoted} />}
          {message.deleted ? (
            <p className="text-foreground-3">This message was deleted.</p>
          ) : (
            <div className="space-y-2">
              {message.content && <Said text={message.content} className="text-base" />}
              {message.payload !== null && message.payload !== undefined && (
                <details open={!message.content}>
                  <summary className="w-fit cursor-pointer text-xs text-foreground-2 hover:text-foreground">Payload</summary>
                  <CodeBox text={JSON.stringify(message.payload, null, 2)} label="Payload" />
                </details>
              )}
            </div>
          )}
          {message.reactions && Object.keys(message.reactions).length > 0 && (
            <p className="mt-1.5">
              <Reactions reactions={message.reactions} />
            </p>
          )}
        </div>
      </article>
    </>
  );
});

function Quote({ message }: { message: Message }) {
  const sender = useSender(message);
  return (
    <p className="said my-0.5 truncate border-l-2 border-border-strong pl-2 text-xs text-foreground-2" dir="auto">
      <span className="font-medium">{sender.name}:</span> {textOf(message)}
    </p>
  );
}
