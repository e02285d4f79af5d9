import { Plus, Search, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useNames } from '../parts/people.ts';
import { kindOf } from '../parts/kinds.ts';
import { Actions } from '../ui/menu.tsx';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { faultsOf, fields, parseFilter, type Field, type Filter } from './filter.ts';

/** The search field of a page: `/` goes to it. */
export function SearchField(props: {
  value: string;
  label: string;
  onChange?: (text: string) => void;
  onSubmit?: (text: string) => void;
  className?: string;
}) {
  const { value, label, onChange, onSubmit, className } = props;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <form
      role="search"
      className={className ?? 'w-56'}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit?.(text);
      }}
    >
      <label className="flex h-7 items-center gap-2 rounded-md border border-border-strong bg-background px-2 focus-within:border-accent">
        <Search {...icon} size={14} className="shrink-0 text-foreground-2" />
        <span className="sr-only">{label}</span>
        <input
          data-search
          type="text"
          enterKeyHint="search"
          placeholder={label}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange?.(event.target.value);
          }}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          className="min-w-0 flex-1 bg-transparent outline-none"
        />
        <Kbd>/</Kbd>
      </label>
    </form>
  );
}

interface Props {
  filter: Filter;
  onChange: (change: Partial<Record<Field | 'q', string | undefined>>) => void;
  children?: ReactNode;
}

/** What is filtered by, as chips: field, value, and a cross. */
export function FilterBar({ filter, onChange, children }: Props) {
  const chips = Object.entries(filter.values) as [Field, string][];
  const faults = faultsOf(filter);
  const [adding, setAdding] = useState<Field>();
  const submit = (text: string) => {
    const { values, q } = parseFilter(text);
    onChange({ ...values, q: q || undefined });
  };
  return (
    <div className="flex min-h-12 relative shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
      <SearchField value={filter.q} label="Search in what was said" onSubmit={submit} className="w-56 shrink-0 max-md:w-44" />
      {chips.map(([field, value]) => (
        <Chip key={field} field={field} value={value} fault={faults[field]} onRemove={() => onChange({ [field]: undefined })} />
      ))}
      {adding ? (
        <AddField
          field={adding}
          onDone={(value) => {
            setAdding(undefined);
            if (value) onChange(parseFilter(`${adding}:"${value.replace(/"/g, '')}"`).values);
          }}
        />
      ) : (
        <Actions
          trigger={
            <Button look="ghost" icon={<Plus {...icon} />}>
              Filter
            </Button>
          }
          actions={fields.filter((field) => !filter.values[field]).map((field) => ({ label: field, onSelect: () => setAdding(field) }))}
        />
      )}
      <span className="flex-1" />
      {children}
    </div>
  );
}

function Chip({ field, value, fault, onRemove }: { field: Field; value: string; fault: string | undefined; onRemove: () => void }) {
  const names = useNames();
  const isNot = value.startsWith('!');
  const plain = isNot ? value.slice(1) : value;
  const words =
    field === 'type'
      ? plain
          .split(',')
          .map((type) => kindOf(type).word)
          .join(', ')
      : field === 'sender' || field === 'recipient'
        ? names(plain)
        : field === 'priority'
          ? plain
              .split(',')
              .map((one) => ['', 'low', 'normal', 'high', 'critical'][Number(one)] ?? one)
              .join(', ')
          : plain;
  return (
    <span
      className={`flex h-7 shrink-0 items-stretch rounded-md border text-xs ${fault ? 'border-bad-line' : 'border-border-strong'}`}
      title={fault && `${value} ${fault}`}
    >
      <span className="flex items-center border-r px-2 text-foreground-2">{field}</span>
      <span className={`flex max-w-48 items-center truncate px-2 font-semibold ${fault ? 'text-bad' : ''}`}>
        {isNot && 'not '}
        {words}
        {fault && <span className="ml-1 font-normal">{fault}</span>}
      </span>
      <button
        type="button"
        aria-label={`Remove the filter ${field} ${words}`}
        onClick={onRemove}
        className="flex items-center border-l px-1.5 hover:bg-secondary"
      >
        <X size={12} aria-hidden="true" />
      </button>
    </span>
  );
}

const hints: Partial<Record<Field, string>> = {
  type: 'question, or !acknowledgment',
  since: '14:00',
  until: '15:30',
  priority: 'high',
  sender: 'an agent’s id',
};

function AddField({ field, onDone }: { field: Field; onDone: (value: string) => void }) {
  const [value, setValue] = useState('');
  return (
    <form
      className="flex h-7 shrink-0 items-stretch rounded-md border border-accent text-xs"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(value.trim());
      }}
    >
      <label className="flex items-center">
        <span className="flex h-full items-center border-r px-2 text-foreground-2">{field}</span>
        <input
          autoFocus
          value={value}
          placeholder={hints[field] ?? ''}
          onChange={(event) => setValue(event.target.value)}
          onBlur={() => onDone(value.trim())}
          onKeyDown={(event) => event.key === 'Escape' && onDone('')}
          className="w-40 bg-transparent px-2 outline-none"
        />
      </label>
    </form>
  );
}
