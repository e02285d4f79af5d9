import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { useStates } from '../parts/attention.ts';
import { useThings } from '../live/store.ts';
import type { AgentTask } from '../live/types.ts';
import { personOf } from '../parts/people.ts';
import { StateSign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import type { Moves } from './moves.ts';
import { ableFor } from './verdicts.ts';

export type Asked = 'assign' | 'complete' | 'fail' | 'cancel';

interface Props {
  task: AgentTask;
  asked: Asked;
  moves: Moves;
  onClose: () => void;
}

/** What has to be known before a task is moved: to whom, with what result, or why. */
export default function MoveDialog(props: Props) {
  if (props.asked === 'assign') return <Assign {...props} />;
  return props.asked === 'complete' ? <Complete {...props} /> : <End {...props} isFailed={props.asked === 'fail'} />;
}

const title = (task: AgentTask) => `“${firstLine(task.title, 80)}”`;

/** Whoever is given the task. The server's own choice comes first. */
function Assign({ task, moves, onClose }: Props) {
  const { agents } = useLive();
  const able = ableFor(task, useThings(agents));
  const stateOf = useStates();
  const [agent, setAgent] = useState('');
  const needs = task.required_capabilities;
  return (
    <FormDialog
      title={`Assign ${title(task)}`}
      description={needs.length > 0 ? `It needs ${needs.join(', ')}.` : undefined}
      action="Assign"
      run={() => moves.assign(task, agent || undefined)}
      onClose={onClose}
    >
      {() => (
        <fieldset className="max-h-[40vh] overflow-y-auto">
          <legend className="sr-only">Agent</legend>
          <label className="flex min-h-8 items-center gap-2.5 coarse:min-h-11">
            <input type="radio" name="agent" checked={agent === ''} onChange={() => setAgent('')} className="size-4 accent-accent" />
            Whoever the server chooses
          </label>
          {able.map((one) => (
            <label key={one.agent_id} className="flex min-h-8 items-center gap-2.5 coarse:min-h-11">
              <input
                type="radio"
                name="agent"
                checked={agent === one.agent_id}
                onChange={() => setAgent(one.agent_id)}
                className="size-4 accent-accent"
              />
              <Tile person={personOf(one, one.agent_id)} size={20} />
              <span className="said min-w-0 flex-1 truncate">{one.name}</span>
              <span className="text-xs">
                <StateSign name={stateOf(one).name} />
              </span>
            </label>
          ))}
          {able.length === 0 && needs.length > 0 && <p className="mt-2 text-bad">Nobody here can do it.</p>}
        </fieldset>
      )}
    </FormDialog>
  );
}

function Complete({ task, moves, onClose }: Props) {
  const [text, setText] = useState('');
  const run = async () => {
    let result: unknown;
    try {
      result = text.trim() === '' ? undefined : JSON.parse(text);
    } catch {
      // Words are a result as well.
      result = text.trim();
    }
    await moves.complete(task, result);
  };
  return (
    <FormDialog
      title={`Complete ${title(task)} by hand?`}
      description="Whoever has it is told to stop, and its own result is refused. What depends on it goes on."
      action="Complete it"
      run={run}
      onClose={onClose}
    >
      {(faults) => (
        <Field label="Result (optional)" hint="JSON, or words" fault={faults['result']}>
          <textarea
            autoFocus
            rows={4}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            className={`${field} font-mono text-xs/5`}
          />
        </Field>
      )}
    </FormDialog>
  );
}

function End({ task, moves, onClose, isFailed }: Props & { isFailed: boolean }) {
  const [reason, setReason] = useState('');
  const words = reason.trim();
  return (
    <FormDialog
      title={isFailed ? `Fail ${title(task)}?` : `Cancel ${title(task)}?`}
      description={
        isFailed
          ? 'Whoever has it is told to stop, and its own result is refused. What depends on it keeps waiting.'
          : 'Whoever has it is told to stop. What depends on it keeps waiting.'
      }
      action={isFailed ? 'Fail it' : 'Cancel the task'}
      isBad
      isReady={!isFailed || words !== ''}
      run={() => (isFailed ? moves.fail(task, words) : moves.cancel(task, words))}
      onClose={onClose}
    >
      {(faults) => (
        <Field label={isFailed ? 'Reason' : 'Reason (optional)'} fault={faults['error']}>
          <input autoFocus value={reason} onChange={(event) => setReason(event.target.value)} className={field} />
        </Field>
      )}
    </FormDialog>
  );
}
