import { CornerDownLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../live/live.ts';
import { useMe } from '../live/session.ts';
import { useCell, useThings } from '../live/store.ts';
import type { Message, SendRequest } from '../live/types.ts';
import { commonTypes, kindOf } from '../parts/kinds.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Choose } from '../ui/menu.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { Recipients } from './recipients.tsx';
import { drafts, newKey, useSend } from './send.ts';

interface Props {
  /** Under which name what is typed is kept. */
  draft: string;
  to: readonly string[];
  thread?: string | undefined;
  replyTo?: Message | undefined;
  autoFocus?: boolean;
  onSent?: () => void;
  onCancel?: () => void;
}

const priorities = [
  { value: '1', label: 'low' },
  { value: '2', label: 'normal' },
  { value: '3', label: 'high' },
  { value: '4', label: 'critical' },
];
const surfaces = [
  { value: '', label: 'by priority' },
  { value: 'interrupt', label: 'at once' },
  { value: 'next_boundary', label: 'next boundary' },
  { value: 'when_idle', label: 'when idle' },
  { value: 'pull', label: 'when it asks' },
];

/** Where a person writes: to whom, what kind, how urgent, and the text. */
export function Composer({ draft, to: given, thread, replyTo, autoFocus, onSent, onCancel }: Props) {
  const me = useMe();
  const send = useSend();
  const { line } = useLive();
  const isLive = useCell(line).status === 'live';
  const [to, setTo] = useState<string[]>(() => [...given]);
  const [text, setText] = useState(() => drafts.read(draft));
  const [isChosen, setChosen] = useState(false);
  // Until somebody writes or chooses, it goes to whom it is meant for, which changes as others speak.
  const meant = given.join();
  useEffect(() => {
    if (!isChosen && text === '' && meant) setTo(meant.split(','));
    // Only when it changes: what was typed stays with those it was typed for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [meant]);
  const [type, setType] = useState(replyTo?.message_type === 'question' ? 'answer' : 'text');
  const [priority, setPriority] = useState('2');
  const [surface, setSurface] = useState('');
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  // The same until it is stored, so that a second try does not send it twice.
  const key = useRef(newKey());

  const maySend = isLive && to.length > 0 && text.trim() !== '';
  const submit = async () => {
    if (!maySend || isWaiting) return;
    setWaiting(true);
    setRefusal(undefined);
    const request: SendRequest = {
      to: to.length === 1 ? to[0]! : to,
      content: text,
      message_type: type,
      priority: Number(priority),
      ...(surface ? { surface: surface as NonNullable<SendRequest['surface']> } : {}),
      ...(thread ? { conversation_thread_id: thread } : {}),
      ...(replyTo ? { reply_to: replyTo.message_id } : {}),
    };
    try {
      const { deliveries_total } = await send(request, key.current);
      key.current = newKey();
      setText('');
      drafts.write(draft, '');
      say(deliveries_total === 1 ? 'Sent' : `Sent to ${deliveries_total}`);
      onSent?.();
    } catch (error) {
      setRefusal(detailOf(error));
    } finally {
      setWaiting(false);
    }
  };

  return (
    <form
      aria-label="Write a message"
      className="rounded-lg border border-control bg-card focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="flex flex-wrap items-center gap-x-1 border-b px-2.5 py-1.5">
        <Recipients
          to={to}
          onChange={(next) => {
            setChosen(true);
            setTo(next);
          }}
        />
        <span className="flex">
          <Choose
            label="Type"
            value={type}
            choices={commonTypes.map((value) => ({ value, label: kindOf(value).word }))}
            onChange={setType}
          />
          <Choose label="Priority" value={priority} choices={priorities} onChange={setPriority} />
          <Choose label="When it is shown" value={surface} choices={surfaces} onChange={setSurface} className="max-sm:hidden" />
        </span>
      </div>
      <textarea
        aria-label="Text"
        autoFocus={autoFocus}
        rows={2}
        value={text}
        placeholder="Write a message"
        onChange={(event) => {
          setText(event.target.value);
          drafts.write(draft, event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void submit();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            if (onCancel) onCancel();
            else event.currentTarget.blur();
          }
        }}
        className="field-sizing-content block max-h-60 min-h-14 w-full resize-none bg-transparent px-2.5 py-2 text-base outline-none"
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-2.5 pb-2">
        <span className="min-w-0 flex-1 text-xs text-foreground-2">
          {refusal ? (
            <span role="alert" className="text-bad">
              {refusal}
            </span>
          ) : (
            <WhoReads to={to} />
          )}
        </span>
        <span className="text-xs text-foreground-2 max-sm:hidden">as {me.agent_id ? (me.name ?? me.agent_id) : 'the operators'}</span>
        {onCancel && (
          <Button look="ghost" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button look="primary" type="submit" disabled={!maySend} isWaiting={isWaiting} title="Ctrl Enter">
          Send
          <CornerDownLeft {...icon} size={14} />
        </Button>
      </div>
    </form>
  );
}

/** What is known of those who will read it. */
function WhoReads({ to }: { to: readonly string[] }) {
  const { agents } = useLive();
  const all = useThings(agents);
  if (to.length !== 1) return null;
  const agent = all.find(({ agent_id }) => agent_id === to[0]);
  if (!agent) return null;
  const { name, status, paused, mailbox } = agent;
  const ahead =
    mailbox.queued === 0 ? '' : mailbox.queued === 1 ? '; 1 message is ahead of it' : `; ${mailbox.queued} messages are ahead of it`;
  if (paused) return `${name} is paused and reads this when resumed${ahead}.`;
  if (status === 'offline') return `${name} is away and reads this when back${ahead}.`;
  return `${name} is connected${ahead}.`;
}
