import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import type { MemoryEntry } from '../live/types.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { isConflict } from './saving.ts';

/** Deletes a key, as it is on screen. */
export default function DeleteDialog({ entry, onGone, onClose }: { entry: MemoryEntry; onGone: () => void; onClose: () => void }) {
  const { parley, project } = useLive();
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const remove = async () => {
    setWaiting(true);
    try {
      await parley.rest.delete('/memory/{memory_id}', {
        path: { memory_id: entry.memory_id },
        query: { if_version: entry.version },
        repeat: false,
      });
      say('Key deleted');
      onClose();
      onGone();
    } catch (error) {
      setWaiting(false);
      setRefusal(isConflict(error) ? 'Somebody has changed it meanwhile. Look at the new value, then delete it again.' : detailOf(error));
      void queries.invalidateQueries({ queryKey: ['memory', project, entry.key] });
    }
  };
  return (
    <Dialog
      title="Delete this key?"
      description="Its value and its versions are gone for agents and people at once. This cannot be undone."
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="bad" isWaiting={isWaiting} onClick={() => void remove()}>
            Delete key
          </Button>
        </>
      }
    >
      <p className="said font-mono text-xs">{entry.key}</p>
      {refusal && (
        <p role="alert" className="mt-2 text-bad">
          {refusal}
        </p>
      )}
    </Dialog>
  );
}
