import { useCell } from '../live/store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { setSingleKeys, singleKeys } from './keys.ts';
import { pages } from './pages.ts';

const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Everywhere',
    [
      ['Ctrl K', 'Search or jump to'],
      ['?', 'These keys'],
      ['C', 'Write a message'],
      ['/', 'Search or filter'],
      ['[', 'Side bar narrow or wide'],
      ['Esc', 'Close, then leave'],
    ],
  ],
  [
    'Lists',
    [
      ['J K', 'Down and up'],
      ['Enter', 'Open'],
      ['Space', 'Look beside'],
      ['X', 'Select'],
      ['Shift X', 'Select up to here'],
      ['Home End', 'First and last'],
      ['F', 'Follow what is new'],
      ['R', 'Reply'],
      ['*', 'React'],
      ['Y', 'Copy the link'],
    ],
  ],
  [
    'Questions',
    [
      ['1 – 9', 'Answer'],
      ['R', 'In your own words'],
      ['Z', 'Undo'],
    ],
  ],
  [
    'Agents',
    [
      ['M', 'Message'],
      ['Shift P', 'Pause or resume'],
    ],
  ],
  [
    'Tasks',
    [
      ['H L', 'The column beside'],
      ['Shift H L', 'Move the task there'],
      ['M', 'All moves'],
      ['A', 'Assign'],
      ['E', 'Complete by hand'],
      ['N', 'New task'],
    ],
  ],
  [
    'Dead letters',
    [
      ['X', 'Select'],
      ['Q', 'Requeue'],
      ['E', 'Edit and send'],
      ['Delete', 'Purge'],
    ],
  ],
  [
    'Replay',
    [
      ['Space', 'Play or pause'],
      ['← →', 'One message back or on'],
      ['Shift ← →', 'One minute back or on'],
      [', .', 'Slower, faster'],
      ['+ -', 'Closer, farther'],
      ['Home', 'To the start'],
      ['End', 'Live'],
    ],
  ],
  [
    'Memory',
    [
      ['N', 'New key'],
      ['E', 'Edit the value'],
      ['Ctrl Enter', 'Save'],
    ],
  ],
];

/** All keys, and the switch that turns the single ones off. */
export default function KeySheet({ onClose }: { onClose: () => void }) {
  const isOn = useCell(singleKeys);
  return (
    <Dialog title="Keys" onClose={onClose} className="w-[min(44rem,calc(100vw-2rem))]">
      <label className="mb-4 flex items-center gap-2">
        <input type="checkbox" checked={isOn} onChange={(event) => setSingleKeys(event.target.checked)} className="size-4 accent-accent" />
        Single keys do something
      </label>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Group name="Go to" keys={[...pages.map(({ key, name }) => [`G ${key.toUpperCase()}`, name] as const), ['G S', 'Settings']]} />
        {groups.map(([name, keys]) => (
          <Group key={name} name={name} keys={keys} />
        ))}
      </div>
    </Dialog>
  );
}

function Group({ name, keys }: { name: string; keys: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3 className="mb-1 text-xs text-foreground-2">{name}</h3>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key} className="flex h-7 items-center justify-between gap-4">
            <dt>{does}</dt>
            <dd className="flex gap-1">
              <span className="sr-only">{key}</span>
              {key.split(' ').map((one) => (
                <Kbd key={one}>{one}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
