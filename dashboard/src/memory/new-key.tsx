import { useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
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
  const read = useMemo(() => readJson(text), [text]);
  const create = async () => {
    if (!('value' in read)) return;
    const body = { key, value: read.value, if_version: 0, ...(life ? { ttl_seconds: Number(life) } : {}) };
    try {
      await parley.rest.post('/memory', { body } as never);
    } catch (error) {
      throw isConflict(error) ? new Error('This key exists. Choose another name, or edit the key.') : error;
    }
    say('Key created');
    onDone(key);
  };
  return (
    <FormDialog title="New key" action="Create" isReady={key !== '' && 'value' in read} run={create} onClose={onClose}>
      {() => (
        <>
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
        </>
      )}
    </FormDialog>
  );
}
