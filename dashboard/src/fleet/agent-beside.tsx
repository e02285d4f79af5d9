import { CirclePause, CirclePlay } from 'lucide-react';
import { composing } from '../app/frame-keys.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import { Beside, PageLink } from '../parts/beside.tsx';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { usePause } from './acting.ts';
import { Facts } from './agent-facts.tsx';
import { InboxList } from './agent-lists.tsx';

/** An agent beside the fleet, which stays usable: how it stands, and what waits for it. */
export default function AgentBeside({ id, onClose }: { id: string; onClose: () => void }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const pause = usePause();
  const mayAct = useMayAct();
  if (!agent) return null;
  const Pause = agent.paused ? CirclePlay : CirclePause;
  return (
    <Beside
      label="Agent"
      name={agent.agent_id}
      actions={<PageLink to={`fleet/${encodeURIComponent(id)}`} label="Open as a page" />}
      onClose={onClose}
    >
      <div className="max-h-[60%] shrink-0 overflow-y-auto border-b p-4" tabIndex={0} role="region" aria-label="About this agent">
        <Facts agent={agent} />
        {mayAct && (
          <div className="mt-3 flex flex-wrap gap-2">
            <Button look="primary" onClick={() => composing.set(id)}>
              Message
            </Button>
            <Button icon={<Pause {...icon} />} onClick={() => pause(agent)}>
              {agent.paused ? 'Resume' : 'Pause'}
            </Button>
          </div>
        )}
      </div>
      <InboxList agent={agent} />
    </Beside>
  );
}
