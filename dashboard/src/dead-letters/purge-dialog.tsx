import { useState } from 'react';
import { plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Above this, the number is typed. */
const typedAbove = 100;

export default function PurgeDialog({ count, onPurge, onClose }: { count: number; onPurge: () => void; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const isSure = count <= typedAbove || typed.trim() === String(count);
  return (
    <Dialog
      title={`Purge ${plural(count, 'dead letter')}?`}
      description="They will not be delivered any more. The messages themselves stay in the log."
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="bad" disabled={!isSure} onClick={onPurge}>
            Purge {count}
          </Button>
        </>
      }
    >
      {count > typedAbove && (
        <label className="block">
          Type {count} to go on
          <input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="mt-1 block h-8 w-32 rounded-md border border-control bg-card px-2"
          />
        </label>
      )}
    </Dialog>
  );
}
