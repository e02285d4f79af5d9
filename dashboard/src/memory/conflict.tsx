import { useMemo } from 'react';
import type { MemoryEntry } from '../live/types.ts';
import { changedInWords, differenceOf } from '../parts/json/difference.ts';
import { Difference } from '../parts/json/json-view.tsx';
import { linesOf, textOfLine } from '../parts/json/lines.ts';
import { usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { Button } from '../ui/button.tsx';

interface Props {
  theirs: MemoryEntry;
  mine: unknown;
  isWaiting: boolean;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onEdit: () => void;
}

/** Two have changed the same value: what is stored now, what would become of it, and the choice. */
export function Conflict({ theirs, mine, isWaiting, onKeepMine, onTakeTheirs, onEdit }: Props) {
  const person = usePerson(theirs.updated_by);
  const changes = useMemo(() => differenceOf(linesOf(theirs.value).map(textOfLine), linesOf(mine).map(textOfLine)), [theirs, mine]);
  return (
    <section aria-label="Conflict" className="flex min-h-0 flex-1 flex-col">
      <div role="alert" className="border-b bg-person-soft px-4 py-2">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          <Tile person={person} size={18} />
          <span className="said">{person.name}</span> saved version {theirs.version} while you edited. Nothing of yours is stored yet.
        </p>
        <p className="mt-1 text-xs text-foreground-2">
          From theirs (<span className="text-bad">−</span>) to yours (<span className="text-good">+</span>): {changedInWords(changes)}.
        </p>
      </div>
      <Difference changes={changes} label="Difference between theirs and yours" />
      <div className="flex flex-wrap justify-end gap-2 border-t px-4 py-2">
        <Button onClick={onEdit}>Edit mine</Button>
        <Button onClick={onTakeTheirs}>Take theirs</Button>
        <Button look="primary" isWaiting={isWaiting} onClick={onKeepMine}>
          Keep mine
        </Button>
      </div>
    </section>
  );
}
