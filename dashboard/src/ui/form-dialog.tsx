import { ParleyError } from '@parley/client';
import { useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { detailOf } from './problem.tsx';

export type Faults = Readonly<Record<string, string>>;

interface Props {
  title: string;
  description?: ReactNode;
  /** What the button that does it says. */
  action: string;
  isBad?: boolean;
  isReady?: boolean;
  /** Does it; the dialog closes unless it is refused. What was typed stays then. */
  run: () => Promise<unknown>;
  onClose: () => void;
  /** The fields, given what the server found wrong with each. */
  children?: (faults: Faults) => ReactNode;
}

/** A form, or a question before something is done. */
export function FormDialog({ title, description, action, isBad, isReady = true, run, onClose, children }: Props) {
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const submit = async () => {
    if (!isReady || isWaiting) return;
    setWaiting(true);
    setRefusal(undefined);
    try {
      await run();
      onClose();
    } catch (error) {
      setRefusal(error);
      setWaiting(false);
    }
  };
  const errors = refusal instanceof ParleyError ? refusal.errors : {};
  const faults = Object.fromEntries(Object.entries(errors).map(([name, reasons]) => [name, reasons.join('; ')]));
  return (
    <Dialog
      title={title}
      description={description}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={isBad ? 'bad' : 'primary'} disabled={!isReady} isWaiting={isWaiting} onClick={() => void submit()}>
            {action}
          </Button>
        </>
      }
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children?.(faults)}
        {refusal !== undefined && (
          <p role="alert" className="text-bad">
            {detailOf(refusal)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
