import clsx from 'clsx';
import { Activity, Ellipsis, Hand, CirclePause, CirclePlay, CircleDashed, CloudOff, Inbox, Send, Timer, UsersRound } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { composing } from '../app/frame-keys.tsx';
import { ProjectLink } from '../app/link.tsx';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery, useGo } from '../app/query.ts';
import { useMayAct } from '../live/session.ts';
import { useLive } from '../live/live.ts';
import type { Agent } from '../live/types.ts';
import { useRecent, type Recent } from '../live/use-recent.ts';
import { textOf } from '../messages/log-row.tsx';
import { SearchField } from '../messages/filter-bar.tsx';
import { Ago } from '../parts/ago.tsx';
import { Bars } from '../parts/bars.tsx';
import { personOf } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateSign } from '../parts/signs.tsx';
import { Tile } from '../parts/tile.tsx';
import { number, plural } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Actions, Choose } from '../ui/menu.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { usePause } from './acting.ts';
import { FleetViews } from './views.tsx';
import { PauseAll } from './pause-all.tsx';
import { buckets, useFleet, useGroups, type Group, type Row, type Sort } from './use-fleet.ts';

const icons = { asks: Hand, stuck: Timer, working: Activity, idle: CircleDashed, away: CloudOff };
const tones: Record<string, string> = { asks: 'text-person', stuck: 'text-bad', working: 'text-busy' };
const columns =
  '@min-[720px]:grid @min-[720px]:grid-cols-[minmax(10rem,13rem)_minmax(8rem,9.5rem)_minmax(0,1fr)_8rem] @min-[960px]:grid-cols-[13.25rem_10.25rem_minmax(0,1fr)_9.5rem_9rem_6rem] gap-x-3 px-4';

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
  const [active, setActive] = useState<string>();
  const pause = usePause();
  const mayAct = useMayAct();
  const go = useGo();
  const current = shown.find(({ agent }) => agent.agent_id === active)?.agent;
  const move = (by: number) => {
    const index = shown.findIndex(({ agent }) => agent.agent_id === active);
    const next = shown[Math.min(shown.length - 1, Math.max(0, index + by))];
    if (!next) return;
    setActive(next.agent.agent_id);
    document.getElementById(`agent-${next.agent.agent_id}`)?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...(current
      ? {
          Enter: () => go(`fleet/${encodeURIComponent(current.agent_id)}`),
          ...(mayAct ? { m: () => composing.set(current.agent_id), 'Shift+P': () => pause(current) } : {}),
        }
      : {}),
  });

  return (
    <>
      <PageHead name="Fleet" count={number(rows.length)} views={<FleetViews current="fleet" />}>
        <PauseAll count={rows.length} />
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
      <main id="main" className="@container min-h-0 flex-1 overflow-y-auto overflow-x-hidden bg-card" tabIndex={0} aria-label="Agents">
        {!agents.isLoaded && <Skeleton />}
        {agents.isLoaded && rows.length === 0 && (
          <Empty icon={<Inbox {...icon} size={24} />} title="No agent has come in yet">
            Start one, or let a small squad show you around. This page fills by itself.
            <Command>parley demo squad</Command>
          </Empty>
        )}
        {rows.length > 0 && found.length === 0 && <Empty icon={<UsersRound {...icon} size={24} />} title="No agent matches" />}
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
              <span role="columnheader" className="hidden @min-[960px]:block">
                Messages, last hour
              </span>
              <span role="columnheader" className="hidden pr-8 text-right @min-[960px]:block">
                Seen
              </span>
            </div>
            {groups.map((group) => (
              <GroupRows key={group.id} group={group} recent={recent} active={active} onActive={setActive} />
            ))}
          </div>
        )}
      </main>
      <footer className="hidden h-9 shrink-0 items-center gap-4 border-t bg-card px-4 text-xs text-foreground-2 md:flex">
        <span>
          {plural(rows.length, 'agent')}, {rows.filter(({ agent }) => agent.status !== 'offline').length} connected
        </span>
        <Sums rows={rows} />
        <span className="flex-1" />
        <span className="flex items-center gap-1 max-lg:hidden">
          <Kbd>J</Kbd> <Kbd>K</Kbd> move <Kbd className="ml-3">M</Kbd> message <Kbd className="ml-3">Shift P</Kbd> pause
        </span>
      </footer>
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

function GroupRows({
  group,
  recent,
  active,
  onActive,
}: {
  group: Group;
  recent: Recent;
  active: string | undefined;
  onActive: (id: string) => void;
}) {
  return (
    <div role="rowgroup" aria-label={group.name || 'All'}>
      {group.name && (
        <div role="row" className="flex h-8 items-center gap-2 border-b bg-background px-4">
          <span role="rowheader" className="font-medium">
            {group.name}
          </span>
          <span role="cell" className="text-xs text-foreground-2">
            {plural(group.rows.length, 'agent')}
          </span>
        </div>
      )}
      {group.rows.map((row) => (
        <AgentRow key={row.agent.agent_id} row={row} recent={recent} isActive={row.agent.agent_id === active} onActive={onActive} />
      ))}
    </div>
  );
}

function AgentRow({
  row: { agent, state, task },
  recent,
  isActive,
  onActive,
}: {
  row: Row;
  recent: Recent;
  isActive: boolean;
  onActive: (id: string) => void;
}) {
  const person = personOf(agent, agent.agent_id);
  const bars = recent.barsOfAgent(agent.agent_id);
  const last = recent.lastBy(agent.agent_id);
  const go = useGo();
  const subtitle = [roleName(agent.role), agent.specialization?.replace(/_/g, ' ')].filter(Boolean).join(', ');
  return (
    <div
      role="row"
      id={`agent-${agent.agent_id}`}
      onClick={() => {
        onActive(agent.agent_id);
        go(`fleet/${encodeURIComponent(agent.agent_id)}`);
      }}
      className={clsx(
        columns,
        'group relative min-h-[calc(46px+var(--row-more))] cursor-pointer items-center border-b py-1.5 hover:bg-muted @max-[720px]:grid @max-[720px]:grid-cols-[minmax(0,1fr)_auto]',
        isActive && 'bg-accent-soft',
      )}
    >
      <span role="cell" className="flex min-w-0 items-center gap-3">
        <Tile person={person} size={28} />
        <span className="min-w-0">
          <ProjectLink to={`fleet/${encodeURIComponent(agent.agent_id)}`} className="said block truncate font-medium">
            {agent.name}
          </ProjectLink>
          <span className="said block truncate text-xs text-foreground-2">{subtitle || agent.type}</span>
        </span>
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex items-center gap-1.5">
          <StateSign name={state.name} />
          <Ago time={state.since} className="text-foreground-2" />
        </span>
        {state.evidence && <span className="said block truncate pl-[22px] text-xs text-foreground-2">{state.evidence}</span>}
      </span>
      <span role="cell" className="min-w-0 @max-[720px]:col-span-2">
        {task && <span className="said block truncate">{task.title}</span>}
        {last && (
          <span className={clsx('said flex gap-1.5 text-xs', task ? 'text-foreground-2' : 'text-foreground')} dir="auto">
            <span className="truncate">{textOf(last)}</span>
            <Ago time={last.timestamp} className="shrink-0 text-foreground-2" />
          </span>
        )}
      </span>
      <Mailbox mailbox={agent.mailbox} isAway={agent.status === 'offline' || agent.paused} />
      <span role="cell" className="hidden items-center gap-2 @min-[960px]:flex">
        {bars && (
          <>
            <Bars bars={bars} isBad={state.name === 'held'} />
            <span aria-hidden="true">{bars.reduce((sum, bar) => sum + bar, 0)}</span>
          </>
        )}
      </span>
      <span role="cell" className="hidden items-center justify-end gap-1 text-xs text-foreground-2 @min-[960px]:flex">
        {agent.status !== 'offline' ? 'now' : agent.last_seen ? <Ago time={agent.last_seen} /> : 'never'}
        <RowActions agent={agent} />
      </span>
    </div>
  );
}

function Mailbox({ mailbox, isAway }: { mailbox: Agent['mailbox']; isAway: boolean }) {
  const { queued = 0, in_flight = 0, dead = 0 } = mailbox;
  return (
    <span role="cell" className="lines-2 text-xs @max-[720px]:col-span-2 @max-[720px]:hidden">
      {queued + in_flight + dead === 0 && <span className="text-foreground-2">empty</span>}
      {queued > 0 && <span className={clsx('font-medium', isAway && queued > 5 && 'text-bad')}>{number(queued)} waiting </span>}
      {in_flight > 0 && <span>{number(in_flight)} in hand </span>}
      {dead > 0 && <span className="text-bad">{number(dead)} dead</span>}
    </span>
  );
}

function RowActions({ agent }: { agent: Agent }) {
  const mayAct = useMayAct();
  const pause = usePause();
  const go = useGo();
  const Pause = agent.paused ? CirclePlay : CirclePause;
  const open = { label: 'Open', onSelect: () => go(`fleet/${encodeURIComponent(agent.agent_id)}`) };
  const sent = { label: 'Its messages', onSelect: () => go('messages', { sender: agent.agent_id }) };
  const acting = [
    { label: 'Message', icon: <Send {...icon} />, onSelect: () => composing.set(agent.agent_id) },
    { label: agent.paused ? 'Resume' : 'Pause', icon: <Pause {...icon} />, onSelect: () => pause(agent) },
  ];
  return (
    <span onClick={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()} role="presentation">
      <Actions
        trigger={
          <IconButton label={`More for ${agent.name}`}>
            <Ellipsis {...icon} />
          </IconButton>
        }
        actions={[...(mayAct ? acting : []), open, sent]}
      />
    </span>
  );
}
