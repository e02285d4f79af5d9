import { useState } from 'react';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { plural } from '../parts/times.ts';

/** Above it, the number is typed. */
const many = 100;

/** Asks before the held replies are withdrawn: that cannot be taken back. */
export default function CancelStorm({
  held,
  who,
  run,
  onClose,
}: {
  held: number;
  who: string;
  run: () => Promise<void>;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  return (
    <FormDialog
      title={`Cancel ${plural(held, 'held reply', 'held replies')}?`}
      description={`They are withdrawn and reach nobody. ${who} are told that the storm has ended, and stay as they are.`}
      action={`Cancel ${held}`}
      isBad
      isReady={held <= many || typed.trim() === String(held)}
      run={run}
      onClose={onClose}
    >
      {() =>
        held > many && (
          <Field label={`Type ${held} to go on`}>
            <input autoFocus inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} className={field} />
          </Field>
        )
      }
    </FormDialog>
  );
}
