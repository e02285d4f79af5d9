import clsx from 'clsx';
import { CalendarClock, CircleSlash, Link2Off, UsersRound, type LucideIcon } from 'lucide-react';
import type { Query } from '../app/router.tsx';
import { useExecutions } from '../executions/use-executions.ts';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import { SearchField } from '../messages/filter-bar.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { smallIcon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { Choose } from '../ui/menu.tsx';
import { flagOf, type Flag } from './use-tasks.ts';

const chips: readonly { key: Flag; name: string; icon: LucideIcon }[] = [
  { key: 'overdue', name: 'Overdue', icon: CalendarClock },
  { key: 'blocked', name: 'Blocked', icon: Link2Off },
  { key: 'nobody', name: 'Nobody can', icon: UsersRound },
];

interface FiltersProps {
  query: Query;
  change: (next: Query, isTyping?: boolean) => void;
  counts: Record<Flag, number>;
  mayAct: boolean;
}

/** Which tasks are shown. */
export function Filters({ query, change, counts, mayAct }: FiltersProps) {
  const { agents } = useLive();
  const everyone = useThings(agents).filter(({ type }) => type !== 'human');
  const executions = useExecutions({ status: undefined, squad: undefined });
  const runs = executions.data?.pages.flatMap(({ items }) => items).slice(0, 30) ?? [];
  const flag = flagOf(query);
  const isShown = query['canceled'] === 'show';
  const chip = (isOn: boolean) =>
    clsx(
      'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 coarse:h-9',
      isOn ? 'border-accent-line bg-accent-soft font-medium text-accent' : 'border-border-strong hover:bg-muted',
    );
  return (
    <div className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
      <SearchField
        value={query['q'] ?? ''}
        label="Find a task"
        onChange={(text) => change({ q: text || undefined }, true)}
        className="w-[200px] shrink-0"
      />
      {chips.map(({ key, name, icon: Icon }) => (
        <button
          key={key}
          type="button"
          aria-pressed={flag === key}
          onClick={() => change({ only: flag === key ? undefined : key, overdue: undefined })}
          className={chip(flag === key)}
        >
          <Icon {...smallIcon} className={key === 'overdue' && counts[key] > 0 ? 'text-bad' : ''} />
          {name}
          <span className={flag === key ? '' : 'text-foreground-2'}>{counts[key]}</span>
        </button>
      ))}
      <button
        type="button"
        aria-pressed={isShown}
        onClick={() => change({ canceled: isShown ? undefined : 'show' })}
        className={chip(isShown)}
      >
        <CircleSlash {...smallIcon} /> Canceled
      </button>
      <Choose
        label="Agent"
        value={query['agent'] ?? ''}
        choices={[{ value: '', label: 'Agent' }, ...everyone.map(({ agent_id, name }) => ({ value: agent_id, label: name }))]}
        onChange={(value) => change({ agent: value || undefined })}
      />
      <Choose
        label="Execution"
        value={query['execution'] ?? ''}
        choices={[
          { value: '', label: 'Execution' },
          ...runs.map(({ execution_id, title }) => ({ value: execution_id, label: firstLine(title ?? execution_id, 60) })),
        ]}
        onChange={(value) => change({ execution: value || undefined })}
      />
      <span className="flex-1" />
      {mayAct && (
        <span aria-hidden="true" className="flex shrink-0 items-center gap-1 text-xs text-foreground-2 max-xl:hidden">
          <Kbd>H</Kbd> <Kbd>L</Kbd> column <Kbd className="ml-2">M</Kbd> move <Kbd className="ml-2">A</Kbd> assign{' '}
          <Kbd className="ml-2">E</Kbd> complete
        </span>
      )}
    </div>
  );
}
