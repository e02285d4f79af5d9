import { useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, field } from '../ui/field.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { isConflict, readJson } from './saving.ts';

const lives = [
  ['', 'never'],
  ['3600', 'in 1 hour'],
  ['86400', 'in 1 day'],
  ['604800', 'in 7 days'],
] as const;

/** A new key. One that exists is not changed. */
export default function NewKey({ prefix, onDone, onClose }: { prefix: string; onDone: (key: string) => void; onClose: () => void }) {
  const { parley } = useLive();
  const [key, setKey] = useState(prefix);
  const [text, setText] = useState('');
  const [life, setLife] = useState('');
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const read = useMemo(() => readJson(text), [text]);
  const isReady = key !== '' && 'value' in read;
  const create = async () => {
    if (!('value' in read)) return;
    setWaiting(true);
    setRefusal(undefined);
    try {
      const body = { key, value: read.value, if_version: 0, ...(life ? { ttl_seconds: Number(life) } : {}) };
      await parley.rest.post('/memory', { body } as never);
      say('Key created');
      onClose();
      onDone(key);
    } catch (error) {
      setRefusal(isConflict(error) ? 'This key exists. Choose another name, or edit the key.' : detailOf(error));
      setWaiting(false);
    }
  };
  return (
    <Dialog
      title="New key"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!isReady} isWaiting={isWaiting} onClick={() => void create()}>
            Create
          </Button>
        </>
      }
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void create();
        }}
      >
        <Field label="Key">
          <input
            autoFocus
            value={key}
            maxLength={512}
            spellCheck={false}
            onChange={(event) => setKey(event.target.value)}
            className={`${field} font-mono`}
          />
        </Field>
        <Field label="Value, as JSON" {...(text && 'fault' in read ? { fault: read.fault } : {})}>
          <textarea
            rows={8}
            value={text}
            spellCheck={false}
            dir="ltr"
            onChange={(event) => setText(event.target.value)}
            className={`${field} font-mono text-xs/5`}
          />
        </Field>
        <Field label="Expires">
          <select value={life} onChange={(event) => setLife(event.target.value)} className={field}>
            {lives.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </Field>
        {refusal && (
          <p role="alert" className="text-bad">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  );
}
