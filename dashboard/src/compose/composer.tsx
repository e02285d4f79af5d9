import { CornerDownLeft, Plus } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useMe } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import type { Message } from '../live/types.ts';
import { commonTypes, kindOf } from '../parts/kinds.ts';
import { plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Choose } from '../ui/menu.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { blank, drafts, intentOf, requestOf, surfaceOf, type Draft } from './draft.ts';
import { usePayloadFaults } from './payload.ts';
import { Recipients } from './recipients.tsx';
import { newKey, useSend } from './send.ts';
import { useForecast } from './use-forecast.ts';
import { WhatHappens } from './what-happens.tsx';

const MoreFields = lazy(() => import('./more-fields.tsx'));

interface Props {
  /** Under which name what is typed is kept. */
  draft: string;
  to: readonly string[];
  thread?: string | undefined;
  replyTo?: Message | undefined;
  autoFocus?: boolean;
  onSent?: () => void;
  onCancel?: () => void;
  /** What the button that closes it without sending says. */
  cancel?: string;
}

const priorities = [
  { value: '1', label: 'low' },
  { value: '2', label: 'normal' },
  { value: '3', label: 'high' },
  { value: '4', label: 'critical' },
];
const surfaces = [
  { value: 'interrupt', label: 'at once' },
  { value: 'next_boundary', label: 'next boundary' },
  { value: 'when_idle', label: 'when idle' },
  { value: 'pull', label: 'when it asks' },
];
const intents = [
  { value: 'inform', label: 'no reply expected' },
  { value: 'request', label: 'reply expected' },
];
const types = commonTypes.map((value) => ({ value, label: kindOf(value).word }));

/** Where a person writes: to whom, what kind, how urgent, the text, and what will happen to it. */
export function Composer({ draft: name, to: given, thread, replyTo, autoFocus, onSent, onCancel, cancel = 'Cancel' }: Props) {
  const me = useMe();
  const send = useSend();
  const { line } = useLive();
  const isLive = useCell(line).status === 'live';
  const [kept] = useState(() => drafts.read(name));
  const [draft, setDraft] = useState<Draft>(() => ({
    ...blank,
    type: replyTo?.message_type === 'question' ? 'answer' : 'text',
    to: given,
    ...kept,
  }));
  const change = (next: Partial<Draft>) => {
    const changed = { ...draft, ...next };
    setDraft(changed);
    drafts.write(name, changed);
  };
  // Until somebody writes or chooses, it goes to whom it is meant for, which changes as others speak.
  const [isChosen, setChosen] = useState(kept.to !== undefined);
  const meant = given.join();
  useEffect(() => {
    if (!isChosen && draft.text === '' && meant) setDraft((old) => ({ ...old, to: meant.split(',') }));
    // Only when it changes: what was typed stays with those it was typed for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [meant]);
  const [isMore, setMore] = useState(draft.payload !== '' || draft.delay !== '' || draft.life !== '');
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  // The same until it is stored, so that a second try does not send it twice.
  const key = useRef(newKey());
  const { faults, isChecked } = usePayloadFaults(draft.payload, draft.type);
  const { lines, reach } = useForecast(draft, { thread, replyTo });

  const hasContent = draft.text.trim() !== '' || draft.payload.trim() !== '';
  const maySend = isLive && draft.to.length > 0 && hasContent && faults.length === 0;
  const submit = async () => {
    if (!maySend || isWaiting) return;
    setWaiting(true);
    setRefusal(undefined);
    try {
      const { deliveries_total } = await send(requestOf(draft, { thread, replyTo }, now()), key.current);
      key.current = newKey();
      change({ text: '', payload: '', delay: '', life: '' });
      setMore(false);
      say(deliveries_total === 1 ? 'Sent' : `Sent to ${deliveries_total}`);
      onSent?.();
    } catch (error) {
      setRefusal(detailOf(error));
    } finally {
      setWaiting(false);
    }
  };

  const more = (
    <Button
      look="ghost"
      size="small"
      aria-expanded={isMore}
      title="Payload, delay, expiry"
      aria-label={thread ? 'Payload, delay, expiry' : undefined}
      icon={<Plus {...icon} size={14} />}
      onClick={() => setMore(!isMore)}
      className="h-7!"
    >
      {!thread && 'Payload, delay, expiry'}
    </Button>
  );
  const choices = (
    <span className={thread ? 'flex' : 'flex flex-wrap gap-x-1 px-1'}>
      <Choose label="Type" value={draft.type} choices={types} onChange={(type) => change({ type })} />
      {!thread && (
        <Choose
          label="Reply"
          value={intentOf(draft)}
          choices={intents}
          onChange={(intent) => change({ intent: intent as Draft['intent'] })}
        />
      )}
      <Choose
        label="Priority"
        value={String(draft.priority)}
        choices={priorities}
        onChange={(priority) => change({ priority: Number(priority) })}
      />
      <Choose
        label="When it is shown"
        value={surfaceOf(draft)}
        choices={surfaces}
        onChange={(surface) => change({ surface })}
        className="max-sm:hidden"
      />
      {!thread && more}
    </span>
  );

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
          to={draft.to}
          onChange={(to) => {
            setChosen(true);
            change({ to });
          }}
        />
        {thread && choices}
      </div>
      <textarea
        aria-label="Text"
        autoFocus={autoFocus}
        rows={2}
        value={draft.text}
        placeholder="Write a message"
        onChange={(event) => change({ text: event.target.value })}
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
      {!thread && choices}
      <Suspense>{isMore && <MoreFields draft={draft} change={change} faults={faults} isChecked={isChecked} />}</Suspense>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 px-2.5 pb-2 pt-1">
        <span className="min-w-0 flex-1 basis-48 text-xs text-foreground-2 max-sm:basis-full" role="status">
          {refusal ? (
            <span role="alert" className="text-bad">
              {refusal}
            </span>
          ) : (
            <WhatHappens lines={lines} />
          )}
        </span>
        {thread && more}
        <span className="flex-1 sm:hidden" />
        <span className="text-xs text-foreground-2 max-sm:hidden">
          as {me.agent_id ? (me.name ?? me.agent_id) : (me.name ?? 'operator')}
        </span>
        {onCancel && (
          <Button look="ghost" onClick={onCancel}>
            {cancel}
          </Button>
        )}
        <Button
          look="primary"
          type="submit"
          disabled={!maySend}
          isWaiting={isWaiting}
          title={
            isLive ? `Send${reach === undefined ? '' : ` to ${plural(reach, 'agent')}`} (Ctrl Enter)` : 'Not live: nothing can be sent now'
          }
        >
          {reach !== undefined && reach > 1 ? `Send to ${reach}` : 'Send'}
          <CornerDownLeft {...icon} size={14} />
        </Button>
      </div>
    </form>
  );
}
