import { ChartNoAxesColumn, Table } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { smallIcon } from '../ui/icon.ts';

interface Props {
  name: string;
  /** Beside the name, in grey. */
  more?: ReactNode;
  legend?: ReactNode;
  children: ReactNode;
  /** The same in numbers. With it comes a switch. */
  table?: ReactNode;
  className?: string;
}

/** A part of the page: a chart or a table, with its name. */
export function Card({ name, more, legend, children, table, className }: Props) {
  const [isTable, setTable] = useState(false);
  return (
    <section aria-label={name} className={`@container flex min-w-0 flex-col rounded-lg border bg-card p-4 ${className ?? ''}`}>
      <div className="mb-2 flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">{name}</h2>
        {more && <span className="text-xs text-foreground-2">{more}</span>}
        <span className="flex-1" />
        {table && (
          <Button
            size="small"
            look="ghost"
            icon={isTable ? <ChartNoAxesColumn {...smallIcon} /> : <Table {...smallIcon} />}
            aria-label={isTable ? `${name} as a chart` : `${name} as a table`}
            onClick={() => setTable(!isTable)}
            className="-mr-2"
          >
            {isTable ? 'Chart' : 'Table'}
          </Button>
        )}
      </div>
      {legend && !isTable && <div className="mb-2 flex flex-wrap justify-end gap-x-4 gap-y-1 text-xs">{legend}</div>}
      {isTable ? table : children}
    </section>
  );
}

/** A name in the legend, with its color. */
export function Legend({ color, name, more }: { color: string; name: string; more?: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className="size-2 rounded-[2px]" style={{ background: color }} />
      {name}
      {more && <span className="text-foreground-2">{more}</span>}
    </span>
  );
}

interface NumbersProps {
  label: string;
  columns: readonly string[];
  children: ReactNode;
  /** Scrolls within the card. */
  isLong?: boolean;
}

/** A table of numbers: the first column names the row. */
export function Numbers({ label, columns, children, isLong }: NumbersProps) {
  return (
    <div className={`relative overflow-auto ${isLong ? 'max-h-64' : ''}`} tabIndex={0} role="group" aria-label={label}>
      <table className="w-full text-xs">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={`sticky top-0 whitespace-nowrap bg-card py-1.5 font-normal text-foreground-2 ${index === 0 ? 'pr-3 text-left' : 'pl-3 text-right'}`}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export const cell = 'whitespace-nowrap py-1 pl-3 text-right';
export const rowHead = 'py-1 pr-3 text-left font-normal';
