import clsx from 'clsx';
import { Link2, PencilLine, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useMayAct } from '../live/session.ts';
import type { DeadLetter } from '../live/types.ts';
import { At, Left } from '../parts/ago.tsx';
import { Beside, PageLink } from '../parts/beside.tsx';
import { Pair } from '../parts/pair.tsx';
import { usePerson, useSender } from '../parts/people.ts';
import { CodeBox, Said } from '../parts/text/text.tsx';
import { Tile } from '../parts/tile.tsx';
import { clockSeconds, plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { say } from '../ui/toast.tsx';
import { reasons } from './reasons.ts';
import { ReaderNow } from './reader-now.tsx';

interface Props {
  letter: DeadLetter;
  isWaiting: boolean;
  onRequeue: () => void;
  onEdit: () => void;
  onPurge: () => void;
  onClose: () => void;
}

/** A dead letter beside the list, in place of it where there is no room: what it says, what happened to it, and what can be done. */
export default function LetterBeside({ letter, isWaiting, onRequeue, onEdit, onPurge, onClose }: Props) {
  const { message, delivery } = letter;
  const sender = useSender(message);
  const mayAct = useMayAct();
  const copy = () => void navigator.clipboard?.writeText(location.href).then(() => say('Link copied'));
  return (
    <Beside
      label="Dead letter"
      name={`delivery ${delivery.delivery_id}`}
      actions={
        <>
          <IconButton label="Copy the link" onClick={copy}>
            <Link2 {...icon} />
          </IconButton>
          <PageLink to={`messages/${message.message_id}`} label="Open the message as a page" />
        </>
      }
      onClose={onClose}
    >
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="The message and what happened to it">
        <div className="border-b px-4 py-3">
          <div className="flex gap-2.5">
            <Tile person={sender} size={32} />
            <div className="min-w-0 flex-1">
              <Pair message={message} withoutSenderTile />
              <p className="text-xs text-foreground-2">
                sent {clockSeconds(Date.parse(message.timestamp))}, died {clockSeconds(Date.parse(letter.died_at))}
              </p>
            </div>
          </div>
          {message.content && <Said text={message.content} className="mt-3 text-base" />}
          {message.payload !== null && message.payload !== undefined && (
            <div className="mt-3">
              <CodeBox text={JSON.stringify(message.payload, null, 2)} label="Payload" />
            </div>
          )}
          {mayAct && (
            <div className="mt-3 flex flex-wrap gap-2">
              <Button look="primary" icon={<RotateCw {...icon} />} isWaiting={isWaiting} onClick={onRequeue}>
                Requeue
              </Button>
              <Button keys="E" icon={<PencilLine {...icon} />} onClick={onEdit}>
                Edit and send
              </Button>
              <Button look="bad" onClick={onPurge}>
                Purge
              </Button>
            </div>
          )}
        </div>
        <History letter={letter} />
        <Facts letter={letter} />
      </div>
    </Beside>
  );
}

/** What happened, as far as the server tells. */
function History({ letter }: { letter: DeadLetter }) {
  const { delivery, died_at, reason } = letter;
  const { attempt, queued_at, delivered_at, surfaced_at, last_error, disconnects } = delivery;
  return (
    <section aria-label="What happened" className="border-b px-4 py-3">
      <h2 className="mb-2 text-xs">What happened</h2>
      <ol className="relative before:absolute before:bottom-3 before:left-[3.5px] before:top-3 before:w-px before:bg-border">
        {queued_at && <Step name="Queued" at={queued_at} />}
        {delivered_at && <Step name={attempt > 1 ? `Handed over, try ${attempt}` : 'Handed over'} at={delivered_at} />}
        {surfaced_at && <Step name="Before the model" at={surfaced_at} />}
        <Step name={attempt > 1 ? `Try ${attempt}, the last` : 'Its only try'} at={died_at} tone="bad-open">
          {last_error ?? reasons[reason].hint}
        </Step>
        <Step name="Dead" at={died_at} tone="bad">
          {reasons[reason].name.toLowerCase()}
          {disconnects > 0 && `; the connection was lost ${plural(disconnects, 'time')}`}
        </Step>
      </ol>
    </section>
  );
}

function Step({ name, at, tone, children }: { name: string; at: string; tone?: 'bad' | 'bad-open'; children?: ReactNode }) {
  return (
    <li className="relative flex items-baseline gap-2 py-1 pl-5 text-xs">
      <span
        aria-hidden="true"
        className={clsx(
          'absolute left-0 top-[9px] size-2 rounded-full outline-3 outline-card',
          tone === 'bad' ? 'bg-bad-solid' : tone === 'bad-open' ? 'border border-bad-solid bg-card' : 'border border-control bg-card',
        )}
      />
      <span className="shrink-0 font-medium">{name}</span>
      <span className="said min-w-0 flex-1 text-foreground-2">{children}</span>
      <time dateTime={at} className="shrink-0 font-mono text-foreground-2">
        {clockSeconds(Date.parse(at))}
      </time>
    </li>
  );
}

function Facts({ letter: { message, delivery } }: { letter: DeadLetter }) {
  const reader = usePerson(delivery.agent_id);
  return (
    <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-y-2 px-4 py-3 text-xs">
      <dt className="text-foreground-2">Now</dt>
      <dd>
        <ReaderNow id={delivery.agent_id} fallback={`${reader.name} is no longer here`} />
      </dd>
      <dt className="text-foreground-2">Thread</dt>
      <dd>
        <ProjectLink to={`threads/${message.conversation_thread_id}`} query={{ at: String(message.seq) }} className={textLink}>
          Open it
        </ProjectLink>
      </dd>
      <dt className="text-foreground-2">Still valid</dt>
      <dd>
        {message.expires_at ? (
          <>
            until <At time={message.expires_at} /> <Left time={message.expires_at} className="text-foreground-2" />
          </>
        ) : (
          'without end'
        )}
      </dd>
    </dl>
  );
}
