import { useState } from 'react';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { longestName } from './views.ts';

interface Props {
  /** The name that it has; absent for a new view. */
  current: string | undefined;
  taken: readonly string[];
  onName: (name: string) => void;
  onClose: () => void;
}

/** Under which name the filters are kept. */
export default function ViewName({ current, taken, onName, onClose }: Props) {
  const [text, setText] = useState(current ?? '');
  const name = text.trim();
  const isTaken = name !== current && taken.includes(name);
  return (
    <FormDialog
      title={current === undefined ? 'Save these filters' : 'Rename the view'}
      action={isTaken ? 'Replace it' : 'Save'}
      isReady={name !== ''}
      run={async () => onName(name)}
      onClose={onClose}
    >
      {() => (
        <Field
          label="Name"
          hint="Kept in this browser, for this project. To share it, send the address."
          fault={isTaken ? 'A view has this name, and would be replaced.' : undefined}
        >
          <input autoFocus maxLength={longestName} value={text} onChange={(event) => setText(event.target.value)} className={field} />
        </Field>
      )}
    </FormDialog>
  );
}
