import { useQuery } from '@tanstack/react-query';
import { CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { icon } from '../ui/icon.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** Pauses the whole project, after asking; and lets it go on. */
export function PauseAll({ count }: { count: number }) {
  const { parley, project } = useLive();
  const mayAct = useMayAct();
  const [isAsking, setAsking] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const { data, refetch } = useQuery({
    queryKey: ['project', project],
    queryFn: () => parley.rest.get('/projects/{project_id}', { path: { project_id: project } }),
  });
  if (!mayAct || !data) return null;
  const isPaused = data.pause !== null;
  const set = (pause: boolean) => {
    setWaiting(true);
    const path = { project_id: project };
    const asked = pause
      ? parley.rest.post('/projects/{project_id}/pause', { path } as never)
      : parley.rest.post('/projects/{project_id}/resume', { path } as never);
    asked
      .then(() => refetch())
      .then(() => setAsking(false))
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
      .finally(() => setWaiting(false));
  };
  return (
    <>
      {isPaused ? (
        <Button icon={<CirclePlay {...icon} />} isWaiting={isWaiting} onClick={() => set(false)}>
          Resume all
        </Button>
      ) : (
        <Button icon={<CirclePause {...icon} />} onClick={() => setAsking(true)}>
          Pause all
        </Button>
      )}
      {isAsking && (
        <Dialog
          title={`Pause ${data.name}?`}
          description={`Messages to all ${count} agents wait, and no task is assigned, until you resume. Nothing is lost.`}
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>Cancel</Button>
              <Button look="bad" isWaiting={isWaiting} onClick={() => set(true)}>
                Pause {count} agents
              </Button>
            </>
          }
        />
      )}
    </>
  );
}
