import { MoveRight } from 'lucide-react';
import { memo } from 'react';
import type { Message } from '../live/types.ts';
import { addressOf } from './address.ts';
import { usePerson, useSender } from './people.ts';
import { reveal } from './text/parse.ts';
import { GroupTile, Tile } from './tile.tsx';

interface Props {
  message: Message;
  /** In a thread, the sender's large tile stands beside the line. */
  withoutSenderTile?: boolean;
  size?: 16 | 18;
}

/** Who speaks to whom, the same everywhere: tile, name, arrow, tile, name. */
export const Pair = memo(function Pair({ message, withoutSenderTile, size = 18 }: Props) {
  const sender = useSender(message);
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      {!withoutSenderTile && <Tile person={sender} size={size} />}
      <span className="said max-w-[60%] shrink-0 truncate font-medium" dir="auto">
        {reveal(sender.name)}
      </span>
      <MoveRight size={14} strokeWidth={1.75} className="shrink-0 text-foreground-3" aria-label="to" role="img" />
      <Recipient message={message} size={size} />
    </span>
  );
});

function Recipient({ message, size }: { message: Message; size: 16 | 18 }) {
  const address = addressOf(message.to);
  const more = typeof message.to === 'string' ? 0 : message.to.length - 1;
  const id = address.kind === 'human' ? 'human' : address.kind === 'agent' ? address.name : (message.recipient_id ?? address.name);
  const person = usePerson(id, message.recipient_role, message.recipient_name);
  const isGroup = !['agent', 'human'].includes(address.kind);
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-foreground-2">
      {isGroup ? <GroupTile kind={address.kind} size={size + 2} /> : <Tile person={person} size={size} />}
      <span className="said min-w-0 truncate" dir="auto">
        {isGroup ? (
          <>
            <span className="text-foreground-3">{address.prefix}</span>
            {reveal(address.name)}
          </>
        ) : (
          reveal(person.name)
        )}
      </span>
      {more > 0 && <span className="shrink-0 text-foreground-3">+{more}</span>}
    </span>
  );
}
