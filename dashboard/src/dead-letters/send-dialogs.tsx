import { useRef, useState } from 'react';
import { Recipients } from '../compose/recipients.tsx';
import { newKey } from '../compose/send.ts';
import type { DeadLetter } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural } from '../parts/times.ts';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { say } from '../ui/toast.tsx';
import type { Difference } from './request.ts';
import { useResend } from './resend.ts';

const oneOrMany = (to: readonly string[]): string | string[] => (to.length === 1 ? to[0]! : [...to]);

/** A dead letter is mended and sent again. It leaves the pile. */
export function EditAndSend({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const { message, delivery } = letter;
  const resend = useResend();
  const [to, setTo] = useState<readonly string[]>([delivery.agent_id]);
  const [content, setContent] = useState(message.content ?? '');
  const hasPayload = message.payload !== null && message.payload !== undefined;
  const [payload, setPayload] = useState(hasPayload ? JSON.stringify(message.payload, null, 2) : '');
  const [fault, setFault] = useState<string>();
  const key = useRef(newKey());
  const run = async () => {
    const difference: { -readonly [K in keyof Difference]: Difference[K] } = { to: oneOrMany(to), content: content || null };
    if (payload.trim()) {
      try {
        difference.payload = JSON.parse(payload) as unknown;
      } catch (error) {
        setFault(`This is not JSON: ${(error as Error).message}`);
        throw new Error('The payload is not JSON. Nothing was sent.');
      }
    } else difference.payload = null;
    await resend(letter, difference, key.current);
    say('Sent. It is no longer a dead letter.');
  };
  return (
    <FormDialog
      title="Edit and send"
      description="It goes out as a new message in the same thread, and the dead one is purged."
      action="Send"
      isReady={to.length > 0 && (content.trim() !== '' || payload.trim() !== '')}
      run={run}
      onClose={onClose}
    >
      {(faults) => (
        <>
          <div className="rounded-md border border-control px-2 py-1">
            <Recipients to={to} onChange={setTo} />
          </div>
          <Field label="Text" fault={faults['content']}>
            <textarea rows={4} value={content} onChange={(event) => setContent(event.target.value)} className={field} dir="auto" />
          </Field>
          <Field label="Payload" hint="JSON; empty for none" fault={fault ?? faults['payload']}>
            <textarea
              rows={6}
              value={payload}
              spellCheck={false}
              aria-invalid={fault !== undefined}
              onChange={(event) => {
                setPayload(event.target.value);
                setFault(undefined);
              }}
              className={`${field} font-mono text-xs/5`}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}

/** Several are sent to somebody else, as they are. */
export function SendToAnother({ letters, onDone, onClose }: { letters: readonly DeadLetter[]; onDone: () => void; onClose: () => void }) {
  const resend = useResend();
  const [to, setTo] = useState<readonly string[]>([]);
  // One each, so that a second try repeats none that was sent.
  const keys = useRef(new Map<string, string>());
  const sent = useRef(new Set<string>());
  const run = async () => {
    for (const letter of letters) {
      const { delivery_id } = letter.delivery;
      if (sent.current.has(delivery_id)) continue;
      if (!keys.current.has(delivery_id)) keys.current.set(delivery_id, newKey());
      await resend(letter, { to: oneOrMany(to) }, keys.current.get(delivery_id)!);
      sent.current.add(delivery_id);
    }
    say(`${plural(letters.length, 'message')} sent`);
    onDone();
  };
  return (
    <FormDialog
      title={`Send ${plural(letters.length, 'message')} to another`}
      description="Each goes out as a new message in its thread, and the dead one is purged."
      action={`Send ${letters.length}`}
      isReady={to.length > 0}
      run={run}
      onClose={onClose}
    >
      {() => (
        <>
          <div className="rounded-md border border-control px-2 py-1">
            <Recipients to={to} onChange={setTo} autoFocus />
          </div>
          <ul className="max-h-40 overflow-y-auto text-xs text-foreground-2">
            {letters.map(({ message, delivery }) => (
              <li key={delivery.delivery_id} className="said truncate">
                {firstLine(message.content ?? JSON.stringify(message.payload), 120)}
              </li>
            ))}
          </ul>
        </>
      )}
    </FormDialog>
  );
}
