import { ParleyError } from '@parley/client';
import { useRef, useState } from 'react';
import { newKey } from '../compose/send.ts';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { field } from '../ui/field.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** A new piece of work, for somebody or for whoever can do it. */
export default function NewTask({ onClose }: { onClose: () => void }) {
  const { parley, agents } = useLive();
  const everyone = useThings(agents).filter(({ type }) => type !== 'human');
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [agent, setAgent] = useState('');
  const [priority, setPriority] = useState('2');
  const [refusal, setRefusal] = useState<unknown>();
  const [isWaiting, setWaiting] = useState(false);
  const key = useRef(newKey());
  const create = async () => {
    setWaiting(true);
    setRefusal(undefined);
    try {
      const task = await parley.rest.post('/tasks', {
        body: { title, ...(description ? { description } : {}), priority: Number(priority) },
        idempotencyKey: key.current,
      } as never);
      if (agent) await parley.rest.post('/tasks/{task_id}/assign', { path: { task_id: task.task_id }, body: { agent_id: agent } } as never);
      say('Task created');
      onClose();
    } catch (error) {
      setRefusal(error);
    } finally {
      setWaiting(false);
    }
  };
  const faults = refusal instanceof ParleyError ? refusal.errors : {};
  return (
    <Dialog
      title="New task"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={title.trim() === ''} isWaiting={isWaiting} onClick={() => void create()}>
            Create
          </Button>
        </>
      }
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim()) void create();
        }}
      >
        <label className="block">
          Title
          <input autoFocus value={title} onChange={(event) => setTitle(event.target.value)} className={field} />
          {faults['title'] && <span className="text-xs text-bad">{faults['title'].join('; ')}</span>}
        </label>
        <label className="block">
          Description
          <textarea rows={4} value={description} onChange={(event) => setDescription(event.target.value)} className={field} />
        </label>
        <div className="grid gap-3 sm:grid-cols-2">
          <label className="block">
            Agent
            <select value={agent} onChange={(event) => setAgent(event.target.value)} className={field}>
              <option value="">nobody yet</option>
              {everyone.map(({ agent_id, name }) => (
                <option key={agent_id} value={agent_id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="block">
            Priority
            <select value={priority} onChange={(event) => setPriority(event.target.value)} className={field}>
              <option value="1">low</option>
              <option value="2">normal</option>
              <option value="3">high</option>
              <option value="4">critical</option>
            </select>
          </label>
        </div>
        {refusal !== undefined && (
          <p role="alert" className="text-bad">
            {detailOf(refusal)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
