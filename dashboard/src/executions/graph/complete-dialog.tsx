import { useState } from 'react';
import type { WorkflowStep } from '../../live/types.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useExecutionActions } from '../acting.ts';

/** Ends a step with a result, in place of whoever has it. */
export default function CompleteDialog({ step, onClose }: { step: WorkflowStep; onClose: () => void }) {
  const { complete, isWaiting } = useExecutionActions();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = () => {
    let result: unknown;
    try {
      result = text.trim() === '' ? undefined : JSON.parse(text);
    } catch (error) {
      setFault(`This is not JSON: ${(error as Error).message}`);
      return;
    }
    void complete(step, result).then((done) => done && onClose());
  };
  return (
    <Dialog
      title={`Complete ${step.step} by hand?`}
      description="The steps that wait for it go on with this result. Whoever has the step is told to stop, and its own result is refused."
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" isWaiting={isWaiting} onClick={submit}>
            Complete it
          </Button>
        </>
      }
    >
      <label className="block">
        Result, as JSON (optional)
        <textarea
          value={text}
          rows={6}
          spellCheck={false}
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? 'result-fault' : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setFault(undefined);
          }}
          className="mt-1 block w-full rounded-md border border-control bg-card px-2 py-1.5 font-mono text-xs/5"
        />
      </label>
      {fault && (
        <p id="result-fault" role="alert" className="mt-1 text-xs text-bad">
          {fault}
        </p>
      )}
    </Dialog>
  );
}
