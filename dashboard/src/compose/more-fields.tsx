import { useId } from 'react';
import { field } from '../ui/field.tsx';
import type { Draft } from './draft.ts';

const delays = [
  ['', 'at once'],
  ['600', 'in 10 minutes'],
  ['3600', 'in 1 hour'],
  ['14400', 'in 4 hours'],
] as const;
const lives = [
  ['', 'as the project says'],
  ['600', 'after 10 minutes'],
  ['3600', 'after 1 hour'],
  ['86400', 'after 1 day'],
  ['604800', 'after 7 days'],
] as const;

interface Props {
  draft: Draft;
  change: (change: Partial<Draft>) => void;
  faults: readonly string[];
  /** Whether the type has a schema that the payload must match. */
  isChecked: boolean;
}

/** What few messages need: a payload, a time before which they are not delivered, and one after which they are not. */
export default function MoreFields({ draft, change, faults, isChecked }: Props) {
  const { payload, delay, life, type } = draft;
  const hint = useId();
  const isAt = delay !== '' && !/^\d+$/.test(delay);
  return (
    <div className="space-y-2 border-t px-2.5 py-2 text-xs">
      <label className="block">
        Payload, as JSON
        <textarea
          rows={3}
          spellCheck={false}
          dir="ltr"
          value={payload}
          aria-invalid={faults.length > 0}
          aria-describedby={hint}
          onChange={(event) => change({ payload: event.target.value })}
          className={`${field} field-sizing-content max-h-48 min-h-16 font-mono`}
        />
      </label>
      <div id={hint} role="status">
        {faults.map((fault) => (
          <p key={fault} className="said text-bad">
            {fault}
          </p>
        ))}
        {isChecked && faults.length === 0 && <p className="text-foreground-2">It matches the schema of {type}.</p>}
      </div>
      <div className="grid gap-2 sm:grid-cols-2">
        <label className="block">
          Deliver
          <select
            value={isAt ? 'at' : delay}
            onChange={(event) => change({ delay: event.target.value === 'at' ? localTime(Date.now() + 3_600_000) : event.target.value })}
            className={field}
          >
            {delays.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            <option value="at">at a time</option>
          </select>
          {isAt && (
            <input
              type="datetime-local"
              aria-label="At what time"
              value={delay}
              onChange={(event) => event.target.value && change({ delay: event.target.value })}
              className={field}
            />
          )}
        </label>
        <label className="block">
          Expires
          <select value={life} onChange={(event) => change({ life: event.target.value })} className={field}>
            {lives.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

/** A moment as a field for date and time takes it. */
function localTime(time: number): string {
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
