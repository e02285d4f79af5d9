import { useState } from 'react';
import type { Execution, Workflow } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useExecutionActions } from './acting.ts';

/** Asks before a run is ended. */
export default function CancelDialog(props: { execution: Execution; workflow: Workflow | undefined; onClose: () => void }) {
  const { execution, workflow, onClose } = props;
  const { cancel, isWaiting } = useExecutionActions();
  const [reason, setReason] = useState('');
  const running = workflow?.steps.filter(({ status }) => status === 'assigned' || status === 'in_progress').length ?? 0;
  const { done = 0, total = 0 } = workflow?.progress ?? {};
  const what = workflow
    ? `${plural(total - done, 'step')} of ${total} ${total - done === 1 ? 'has' : 'have'} not ended, and ${running === 0 ? 'nobody is' : `${running} ${running === 1 ? 'agent is' : 'agents are'}`} at work on them. They are told to stop. What is done keeps its results.`
    : 'Nobody can change it after that, and messages that name it are refused. What was said stays.';
  return (
    <Dialog
      title={`Cancel ${firstLine(execution.title ?? 'this execution', 60)}?`}
      description={what}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Let it go on</Button>
          <Button
            look="bad"
            isWaiting={isWaiting}
            onClick={() => void cancel(execution, workflow, reason.trim()).then((done) => done && onClose())}
          >
            Cancel it
          </Button>
        </>
      }
    >
      <label className="block">
        Why (optional)
        <input
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
          className="mt-1 block h-8 w-full rounded-md border border-control bg-card px-2"
        />
      </label>
    </Dialog>
  );
}
