import { Dialog } from '../ui/dialog.tsx';
import { Composer } from './composer.tsx';

/** A new message, to any address. What is typed stays when it is closed. */
export default function Compose({ to, onClose }: { to: string; onClose: () => void }) {
  return (
    <Dialog title="New message" onClose={onClose} className="w-[min(40rem,calc(100vw-2rem))]">
      <Composer draft={`new:${to}`} to={to ? [to] : []} autoFocus={to !== ''} onSent={onClose} onCancel={onClose} cancel="Keep as draft" />
    </Dialog>
  );
}
