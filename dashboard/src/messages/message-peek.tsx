import { useQuery } from '@tanstack/react-query';
import { CornerUpLeft, ExternalLink, Link2, SmilePlus, X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useKeys } from '../app/keys.ts';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { queries, senderOf, useMayAct, useMe } from '../live/session.ts';
import type { MessageTrace } from '../live/types.ts';
import { Ago, At, Left } from '../parts/ago.tsx';
import { Legs } from '../parts/legs.tsx';
import { Pair } from '../parts/pair.tsx';
import { useSender } from '../parts/people.ts';
import { KindSign, PrioritySign } from '../parts/signs.tsx';
import { Said, CodeBox } from '../parts/text/text.tsx';
import { Tile } from '../parts/tile.tsx';
import { clockSeconds, number, plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { detailOf, Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { say } from '../ui/toast.tsx';
import { copyLinks, wish, type Wish } from './acting.ts';
import { Reactions } from './log-row.tsx';
import { Composer } from '../compose/composer.tsx';

export function useTrace(id: string) {
  const live = useLive();
  const { parley, project, receipts } = live;
  return useQuery({
    queryKey: ['trace', project, id],
    queryFn: async ({ signal }) => {
      const path = { message_id: id };
      // Where it is, and the message as it is now: a trace has no reactions.
      const [trace, message] = await Promise.all([
        parley.rest.get('/messages/{message_id}/trace', { path, signal }),
        parley.rest.get('/messages/{message_id}', { path, signal }),
      ]);
      receipts.take(id, trace.deliveries);
      live.tellOf(message);
      return { ...trace, message };
    },
    staleTime: 5000,
    refetchInterval: 15_000,
  });
}

/** A message beside the list, which stays usable. */
export function MessagePeek({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: trace, error, refetch } = useTrace(id);
  return (
    <aside aria-label="Message" className="hidden w-[404px] shrink-0 flex-col overflow-hidden border-l bg-card lg:flex 2xl:w-[460px]">
      <div className="flex min-h-10 items-center gap-0.5 border-b px-4">
        <span className="font-mono text-xs text-foreground-2">{trace && `#${number(trace.message.seq)}`}</span>
        <span className="flex-1" />
        <CopyLink id={id} />
        <ProjectLink
          to={`messages/${id}`}
          aria-label="Open as a page"
          title="Open as a page"
          className="inline-flex size-7 items-center justify-center rounded-md text-foreground-2 hover:bg-secondary"
        >
          <ExternalLink {...icon} />
        </ProjectLink>
        <IconButton label="Close" onClick={onClose} className="-mr-1.5">
          <X {...icon} />
        </IconButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="The message and where it is">
        {error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : trace ? (
          <MessageDetails key={id} trace={trace} />
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
    </aside>
  );
}

export function CopyLink({ id }: { id: string }) {
  const copy = () => copyLinks([id]);
  useKeys({ y: copy });
  return (
    <IconButton label="Copy the link (Y)" onClick={copy}>
      <Link2 {...icon} />
    </IconButton>
  );
}

const surfaces: Record<string, string> = {
  interrupt: 'at once',
  next_boundary: 'next boundary',
  when_idle: 'when idle',
  pull: 'when it asks',
};
const intents: Record<string, string> = { inform: 'no reply expected', request: 'reply expected', ack: 'no reply, no wake-up' };
const chip = 'inline-flex h-6 items-center rounded-md border px-2 text-xs text-foreground-2';

/** The message, where it is, and what it belongs to. */
export function MessageDetails({ trace }: { trace: MessageTrace }) {
  const { message } = trace;
  const sender = useSender(message);
  const mayAct = useMayAct();
  const { receipts } = useLive();
  const wished = useWish(message.message_id);
  const [isReplying, setReplying] = useState(wished === 'reply');
  const [isReacting, setReacting] = useState(wished === 'react');
  const deliveries = useSyncExternalStore(receipts.listen, () => receipts.of(message.message_id)) ?? trace.deliveries;
  useKeys(mayAct ? { r: () => setReplying(true), '*': () => setReacting(true) } : {});
  return (
    <article>
      <div className="border-b px-4 py-3">
        <div className="flex gap-2.5">
          <Tile person={sender} size={32} />
          <div className="min-w-0 flex-1">
            <Pair message={message} withoutSenderTile />
            <p className="text-xs text-foreground-2">
              {clockSeconds(Date.parse(message.timestamp))}, <Ago time={message.timestamp} isSentence />
            </p>
          </div>
        </div>
        {message.deleted ? (
          <p className="mt-3 text-foreground-3">This message was deleted.</p>
        ) : (
          <>
            {message.content && <Said text={message.content} className="mt-3 text-base" />}
            {message.payload !== null && message.payload !== undefined && (
              <div className="mt-3">
                <CodeBox text={JSON.stringify(message.payload, null, 2)} label="Payload" />
              </div>
            )}
          </>
        )}
        <div className="mt-3 flex flex-wrap gap-1.5">
          <span className={chip}>
            <KindSign type={message.message_type} to={message.to} />
          </span>
          {message.priority !== 2 && (
            <span className={chip}>
              <PrioritySign priority={message.priority} isNamed />
            </span>
          )}
          <span className={chip}>{surfaces[message.surface] ?? message.surface}</span>
          <span className={chip}>{intents[message.intent] ?? message.intent}</span>
          <Reactions reactions={message.reactions} />
        </div>
        <div className="mt-3 flex flex-wrap items-center gap-2">
          {mayAct && !isReplying && (
            <Button icon={<CornerUpLeft {...icon} />} keys="R" onClick={() => setReplying(true)}>
              Reply
            </Button>
          )}
          <ProjectLink
            to={`threads/${message.conversation_thread_id}`}
            query={{ at: String(message.seq) }}
            className="inline-flex h-7 items-center rounded-md border border-border-strong px-2.5 font-medium hover:bg-muted coarse:h-11"
          >
            Open thread
          </ProjectLink>
          {mayAct && <React id={message.message_id} isOpen={isReacting} setOpen={setReacting} />}
        </div>
        {isReplying && (
          <div className="mt-3">
            <Composer
              draft={`reply:${message.message_id}`}
              to={[message.sender_id]}
              replyTo={message}
              autoFocus
              onSent={() => setReplying(false)}
              onCancel={() => setReplying(false)}
            />
          </div>
        )}
      </div>
      <Legs trace={trace} deliveries={deliveries} />
      <About trace={trace} />
    </article>
  );
}

/** What a key asked for before the message was here; once. */
function useWish(id: string): Wish['what'] | undefined {
  const [what] = useState(() => (wish.get()?.id === id ? wish.get()?.what : undefined));
  useEffect(() => {
    if (wish.get()?.id === id) wish.set(null);
  }, [id]);
  return what;
}

function React({ id, isOpen, setOpen }: { id: string; isOpen: boolean; setOpen: (isOpen: boolean) => void }) {
  const { parley, project } = useLive();
  const me = useMe();
  const react = (emoji: string) =>
    void parley.rest
      .put('/messages/{message_id}/reactions/{emoji}', {
        path: { message_id: id, emoji },
        query: (me.agent_id ? {} : { agent_id: senderOf(me) }) as never,
      } as never)
      .then(() => queries.invalidateQueries({ queryKey: ['trace', project, id] }))
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }));
  return (
    <Actions
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <IconButton label="React (*)">
          <SmilePlus {...icon} />
        </IconButton>
      }
      actions={['👍', '👀', '🎉', '❤️', '❓'].map((emoji) => ({ label: emoji, onSelect: () => react(emoji) }))}
    />
  );
}

function About({ trace }: { trace: MessageTrace }) {
  const { message, replies, superseded_by } = trace;
  const { parley, project } = useLive();
  const thread = useQuery({
    queryKey: ['thread-head', project, message.conversation_thread_id],
    queryFn: () =>
      parley.rest.get('/threads/{thread_id}', { path: { thread_id: message.conversation_thread_id }, query: { limit: 1 } as never }),
  });
  const execution = useQuery({
    queryKey: ['execution', project, message.execution_id],
    queryFn: () => parley.rest.get('/executions/{id}', { path: { id: message.execution_id! } }),
    enabled: message.execution_id !== null,
  });
  const task = useQuery({
    queryKey: ['task', project, message.task_id],
    queryFn: () => parley.rest.get('/tasks/{task_id}', { path: { task_id: message.task_id! } }),
    enabled: message.task_id !== null,
  });
  return (
    <section aria-label="About it" className="px-4 py-3">
      <h2 className="mb-2 text-xs">About it</h2>
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-y-2 text-xs">
        <dt className="text-foreground-2">Thread</dt>
        <dd className="said">
          <ProjectLink to={`threads/${message.conversation_thread_id}`} className={textLink}>
            {thread.data?.title ?? 'Open it'}
          </ProjectLink>
        </dd>
        {execution.data && (
          <>
            <dt className="text-foreground-2">Execution</dt>
            <dd className="said">
              {execution.data.title} <span className="text-foreground-2">{execution.data.progress}&nbsp;%</span>
            </dd>
          </>
        )}
        {task.data && (
          <>
            <dt className="text-foreground-2">Task</dt>
            <dd className="said">{task.data.title}</dd>
          </>
        )}
        {replies.length > 0 && (
          <>
            <dt className="text-foreground-2">Replies</dt>
            <dd>{number(replies.length)}</dd>
          </>
        )}
        <dt className="text-foreground-2">Authority</dt>
        <dd>
          {message.authority}{' '}
          <span className="text-foreground-2">
            {message.hops > 0 && `${plural(message.hops, 'hop')} from a person or a new piece of work`}
          </span>
        </dd>
        {message.expires_at && (
          <>
            <dt className="text-foreground-2">Expires</dt>
            <dd>
              <At time={message.expires_at} /> <Left time={message.expires_at} className="text-foreground-2" />
            </dd>
          </>
        )}
        {superseded_by && (
          <>
            <dt className="text-foreground-2">Superseded by</dt>
            <dd>
              <ProjectLink to={`messages/${superseded_by}`} className={textLink}>
                a newer message
              </ProjectLink>
            </dd>
          </>
        )}
        <dt className="text-foreground-2">ID</dt>
        <dd className="select-all break-all font-mono text-2xs text-foreground-2">{message.message_id}</dd>
      </dl>
    </section>
  );
}
