import { useParams } from '@tanstack/react-router';
import { CirclePause, CirclePlay, UserX } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { useKeys } from '../app/keys.ts';
import { ProjectLink, textLink } from '../app/link.tsx';
import { PageHead, Views } from '../app/page.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { usePause } from './acting.ts';
import { Facts } from './agent-facts.tsx';
import { Files, InboxList, Memory, Said, Tasks } from './agent-lists.tsx';

const ReplayTab = lazy(() => import('./replay-tab.tsx'));

const tabs = {
  inbox: 'Inbox',
  sent: 'Sent',
  received: 'Received',
  tasks: 'Tasks',
  files: 'Held files',
  memory: 'Memory',
  replay: 'Replay',
};

/** One agent: what it is and does, what waits for it, what it said, and what it has. */
export default function AgentPage() {
  const { agent: id, tab = 'inbox' } = useParams({ strict: false }) as { agent: string; tab?: string };
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const pause = usePause();
  const mayAct = useMayAct();
  useKeys(agent && mayAct ? { m: () => composing.set(id), 'Shift+P': () => pause(agent) } : {});
  const views = Object.entries(tabs).map(([key, name]) => ({
    name,
    to: key === 'inbox' ? `fleet/${encodeURIComponent(id)}` : `fleet/${encodeURIComponent(id)}/${key}`,
    isCurrent: tab === key,
  }));
  if (!agent)
    return (
      <>
        <PageHead name="Agent" back="fleet" />
        <main id="main" className="min-h-0 flex-1 bg-card">
          {agents.isLoaded ? (
            <Empty
              icon={<UserX {...icon} size={24} />}
              title="There is no such agent"
              action={
                <ProjectLink to="fleet" className={textLink}>
                  All agents
                </ProjectLink>
              }
            />
          ) : (
            <Skeleton />
          )}
        </main>
      </>
    );
  if (tab === 'replay')
    return (
      <Suspense fallback={<Skeleton />}>
        <ReplayTab key={id} agent={agent} views={<Views views={views} />} />
      </Suspense>
    );
  const Pause = agent.paused ? CirclePlay : CirclePause;
  return (
    <>
      <PageHead name={agent.name} back="fleet" views={<Views views={views} />}>
        {mayAct && (
          <>
            <Button icon={<Pause {...icon} />} onClick={() => pause(agent)}>
              {agent.paused ? 'Resume' : 'Pause'}
            </Button>
            <Button look="primary" keys="M" onClick={() => composing.set(id)}>
              Message
            </Button>
          </>
        )}
      </PageHead>
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <aside
          aria-label="About this agent"
          className="shrink-0 overflow-y-auto border-b bg-background p-4 lg:w-[276px] lg:border-b-0 lg:border-r"
          tabIndex={0}
        >
          <Facts agent={agent} isShort />
        </aside>
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col bg-card" aria-label={tabs[tab as keyof typeof tabs] ?? 'Inbox'}>
          {tab === 'sent' || tab === 'received' ? (
            <Said key={tab} filter={tab === 'sent' ? 'sender' : 'recipient'} id={id} />
          ) : tab === 'tasks' ? (
            <Tasks id={id} />
          ) : tab === 'files' ? (
            <Files id={id} />
          ) : tab === 'memory' ? (
            <Memory id={id} />
          ) : (
            <InboxList agent={agent} />
          )}
        </main>
      </div>
    </>
  );
}
