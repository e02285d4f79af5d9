import clsx from 'clsx';
import { Activity, Hand, CircleDashed, CloudOff, Inbox, Plus, Timer, UsersRound } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { composing } from '../app/frame-keys.tsx';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery, useGo } from '../app/query.ts';
import { useMayAct } from '../live/session.ts';
import { useLive } from '../live/live.ts';
import { useRecent } from '../live/use-recent.ts';
import { SearchField } from '../messages/filter-bar.tsx';
import { number, plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Choose } from '../ui/menu.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { usePause } from './acting.ts';
import { columns, GroupRows } from './agent-row.tsx';
import { FleetViews } from './views.tsx';
import { PauseAll } from './pause-all.tsx';
import { buckets, useFleet, useGroups, type Row, type Sort } from './use-fleet.ts';

const AddAgent = lazy(() => import('./add-agent.tsx'));
const AgentBeside = lazy(() => import('./agent-beside.tsx'));
const icons = { asks: Hand, stuck: Timer, working: Activity, idle: CircleDashed, away: CloudOff };
const tones: Record<string, string> = { asks: 'text-person', stuck: 'text-bad', working: 'text-busy' };
/** Everyone who works here, with what they do, what waits for them, and when they were last seen. */
export default function FleetPage() {
  const [query, change] = useAddressQuery();
  const { agents } = useLive();
  const rows = useFleet();
  const recent = useRecent();
  const bucket = query['state'] ?? '';
  const wanted = (query['q'] ?? '').toLowerCase();
  const by = query['group'] ?? 'squad';
  const sort = (query['sort'] ?? 'name') as Sort;
  const found = useMemo(
    () =>
      rows.filter(
        ({ agent, state }) =>
          (!buckets[bucket] || buckets[bucket].states.includes(state.name)) &&
          (!wanted ||
            [agent.name, agent.agent_id, agent.role, agent.specialization, ...agent.capabilities].join(' ').toLowerCase().includes(wanted)),
      ),
    [rows, bucket, wanted],
  );
  const groups = useGroups(found, by, ['name', 'state', 'mailbox'].includes(sort) ? sort : 'name');
  const shown = useMemo(() => groups.flatMap((group) => group.rows), [groups]);
  const beside = query['a'];
  const [active, setActive] = useState<string | undefined>(beside);
  const [isAdding, setAdding] = useState(false);
  const pause = usePause();
  const mayAct = useMayAct();
  const go = useGo();
  const current = shown.find(({ agent }) => agent.agent_id === active)?.agent;
  const close = () => change({ a: undefined });
  const look = (id: string) => change({ a: beside === id ? undefined : id });
  const move = (by: number) => {
    const index = shown.findIndex(({ agent }) => agent.agent_id === active);
    const next = shown[Math.min(shown.length - 1, Math.max(0, index + by))];
    if (!next) return;
    setActive(next.agent.agent_id);
    if (beside) change({ a: next.agent.agent_id }, true);
    document.getElementById(`agent-${next.agent.agent_id}`)?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ...(beside ? { Escape: close } : {}),
    ...(current
      ? {
          Enter: () => go(`fleet/${encodeURIComponent(current.agent_id)}`),
          Space: () => look(current.agent_id),
          ...(mayAct ? { m: () => composing.set(current.agent_id), 'Shift+P': () => pause(current) } : {}),
        }
      : {}),
  });

  return (
    <>
      <PageHead name="Fleet" count={number(rows.length)} views={<FleetViews current="fleet" />}>
        <PauseAll count={rows.length} />
        {mayAct && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setAdding(true)} className="max-sm:hidden">
            Add an agent
          </Button>
        )}
      </PageHead>
      <div className="flex min-h-12 relative shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
        <SearchField
          value={query['q'] ?? ''}
          label="Name, role, capability"
          onChange={(text) => change({ q: text || undefined }, true)}
          className="w-[200px] shrink-0"
        />
        <Bucket name="All" count={rows.length} isOn={!buckets[bucket]} onSelect={() => change({ state: undefined })} />
        {Object.entries(buckets).map(([key, { name, states }]) => (
          <Bucket
            key={key}
            id={key}
            name={name}
            count={rows.filter(({ state }) => states.includes(state.name)).length}
            isOn={bucket === key}
            onSelect={() => change({ state: key })}
          />
        ))}
        <span className="flex-1" />
        <Choose
          label="Sorted by"
          value={sort}
          choices={[
            { value: 'name', label: 'by name' },
            { value: 'state', label: 'worst first' },
            { value: 'mailbox', label: 'fullest mailbox first' },
          ]}
          onChange={(value) => change({ sort: value === 'name' ? undefined : value })}
        />
        <Choose
          label="Grouped by"
          value={by}
          choices={[
            { value: 'squad', label: 'by squad' },
            { value: 'none', label: 'not grouped' },
          ]}
          onChange={(value) => change({ group: value === 'squad' ? undefined : value })}
        />
      </div>
      <div className="flex min-h-0 flex-1">
        <main
          id="main"
          className={clsx('@container min-h-0 min-w-0 flex-1 overflow-y-auto overflow-x-hidden bg-card', beside && 'max-lg:hidden')}
          tabIndex={0}
          aria-label="Agents"
        >
          {!agents.isLoaded && <Skeleton />}
          {agents.isLoaded && rows.length === 0 && (
            <Empty icon={<Inbox {...icon} size={24} />} title="No agent has come in yet">
              Start one, or let a small squad show you around. This page fills by itself.
              <Command>parley demo squad</Command>
            </Empty>
          )}
          {rows.length > 0 && found.length === 0 && (
            <Empty
              icon={<UsersRound {...icon} size={24} />}
              title={wanted ? `No agent matches “${query['q']}”` : `Nobody is “${buckets[bucket]?.name.toLowerCase()}”`}
              action={<Button onClick={() => change({ q: undefined, state: undefined })}>Show all</Button>}
            />
          )}
          {found.length > 0 && (
            <div role="table" aria-label="Agents" aria-rowcount={found.length}>
              <div
                role="row"
                className={clsx(columns, 'sticky top-0 z-10 hidden h-7 items-center border-b bg-card text-xs text-foreground-2')}
              >
                <span role="columnheader">Agent</span>
                <span role="columnheader">State</span>
                <span role="columnheader">Now</span>
                <span role="columnheader">Mailbox</span>
                <span role="columnheader" className="hidden @min-[1040px]:block">
                  Messages, last hour
                </span>
                <span role="columnheader" className="hidden text-right @min-[1040px]:block">
                  Seen
                </span>
                <span role="columnheader">
                  <span className="sr-only">Actions</span>
                </span>
              </div>
              {groups.map((group) => (
                <GroupRows key={group.id} group={group} recent={recent} active={active} onActive={setActive} />
              ))}
            </div>
          )}
        </main>
        <Suspense>{beside && <AgentBeside key={beside} id={beside} onClose={close} />}</Suspense>
      </div>
      <footer className="hidden h-9 shrink-0 items-center gap-4 border-t bg-card px-4 text-xs text-foreground-2 md:flex">
        <span>
          {plural(rows.length, 'agent')}, {rows.filter(({ agent }) => agent.status !== 'offline').length} connected
        </span>
        <Sums rows={rows} />
        <span className="flex-1" />
        <span className="flex items-center gap-1 max-lg:hidden">
          <Kbd>J</Kbd> <Kbd>K</Kbd> move <Kbd className="ml-3">Space</Kbd> look <Kbd className="ml-3">M</Kbd> message{' '}
          <Kbd className="ml-3">Shift P</Kbd> pause
        </span>
      </footer>
      <Suspense>{isAdding && <AddAgent onClose={() => setAdding(false)} />}</Suspense>
    </>
  );
}

function Sums({ rows }: { rows: readonly Row[] }) {
  const sum = (key: 'queued' | 'in_flight' | 'dead') => rows.reduce((total, { agent }) => total + (agent.mailbox[key] ?? 0), 0);
  return (
    <span>
      {number(sum('queued'))} waiting, {number(sum('in_flight'))} in hand, {number(sum('dead'))} dead
    </span>
  );
}

function Bucket(props: { id?: string; name: string; count: number; isOn: boolean; onSelect: () => void }) {
  const { id, name, count, isOn, onSelect } = props;
  const Icon = id ? icons[id as keyof typeof icons] : undefined;
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onSelect}
      className={clsx(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 coarse:h-9',
        isOn ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong hover:bg-muted',
      )}
    >
      {Icon && <Icon {...icon} size={14} className={tones[id!]} />}
      {name}
      <span className={isOn ? '' : 'text-foreground-2'}>{count}</span>
    </button>
  );
}
