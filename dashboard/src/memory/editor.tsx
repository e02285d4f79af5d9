import { useEffect, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import type { MemoryEntry } from '../live/types.ts';
import { textOfJson } from '../parts/json/lines.ts';
import { useNames } from '../parts/people.ts';
import { Button } from '../ui/button.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { Conflict } from './conflict.tsx';
import { draftOf, isConflict, keepDraft, readJson, save } from './saving.ts';

/** The value as text, checked while it is typed. If somebody else has changed it, a person chooses. */
export function Editor({ entry, onClose }: { entry: MemoryEntry; onClose: () => void }) {
  const live = useLive();
  const names = useNames();
  const isCut = useCell(live.line).status !== 'live';
  const [draft, setDraft] = useState(() => draftOf(entry) ?? { text: textOfJson(entry.value), base: entry.version });
  const [isInConflict, setInConflict] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const read = useMemo(() => readJson(draft.text), [draft.text]);
  const fault = 'fault' in read ? read.fault : undefined;
  useEffect(() => keepDraft(entry, draft), [entry, draft]);
  const close = () => {
    keepDraft(entry, null);
    onClose();
  };
  const send = async (version: number) => {
    if ('fault' in read) return;
    setWaiting(true);
    setRefusal(undefined);
    try {
      const saved = await save(live, entry, read.value, version);
      await queries.invalidateQueries({ queryKey: ['memory', live.project, entry.key] });
      say(`Saved as version ${saved.version}`);
      close();
    } catch (error) {
      if (!isConflict(error)) setRefusal(error);
      else {
        await queries.invalidateQueries({ queryKey: ['memory', live.project, entry.key] });
        setInConflict(true);
      }
    } finally {
      setWaiting(false);
    }
  };
  useKeys({
    'Ctrl+Enter': () => void send(draft.base),
    Escape: () => (draft.text === textOfJson(entry.value) ? close() : undefined),
  });
  const isBehind = entry.version !== draft.base;
  if (isInConflict && isBehind && 'value' in read)
    return (
      <Conflict
        theirs={entry}
        mine={read.value}
        isWaiting={isWaiting}
        onKeepMine={() => void send(entry.version)}
        onTakeTheirs={close}
        onEdit={() => {
          setDraft({ ...draft, base: entry.version });
          setInConflict(false);
        }}
      />
    );
  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void send(draft.base);
      }}
    >
      {isBehind && (
        <p role="status" className="border-b bg-person-soft px-4 py-1.5 text-person">
          {names(entry.updated_by ?? 'parley')} has changed this meanwhile. If you save, you see both and choose.
        </p>
      )}
      <textarea
        autoFocus
        aria-label="Value, as JSON"
        aria-invalid={fault !== undefined}
        aria-describedby="memory-fault"
        spellCheck={false}
        dir="ltr"
        value={draft.text}
        onChange={(event) => setDraft({ ...draft, text: event.target.value })}
        className="min-h-48 flex-1 resize-none bg-card px-4 py-3 font-mono text-xs/6 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2"
      />
      <div className="flex flex-wrap items-center gap-2 border-t px-4 py-2">
        <p id="memory-fault" role="status" className="min-w-0 flex-1 text-xs text-bad">
          {refusal !== undefined ? detailOf(refusal) : fault}
        </p>
        <Button onClick={close}>Cancel</Button>
        <Button
          type="submit"
          look="primary"
          disabled={fault !== undefined || isCut}
          isWaiting={isWaiting}
          title={isCut ? 'Not live: nothing can be saved now' : 'Save (Ctrl Enter)'}
        >
          Save
        </Button>
      </div>
    </form>
  );
}
