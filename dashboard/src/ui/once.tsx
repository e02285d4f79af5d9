import { Copy } from 'lucide-react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { icon } from './icon.ts';
import { say } from './toast.tsx';

/** A secret, which the server shows only this once. */
export function ShownOnce({ title, secret, children, onClose }: { title: string; secret: string; children: string; onClose: () => void }) {
  return (
    <Dialog
      title={title}
      description={children}
      onClose={onClose}
      foot={
        <>
          <Button icon={<Copy {...icon} size={14} />} onClick={() => void navigator.clipboard?.writeText(secret).then(() => say('Copied'))}>
            Copy
          </Button>
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </>
      }
    >
      <code className="block rounded-md border bg-muted px-3 py-2 font-mono text-xs [overflow-wrap:anywhere]">{secret}</code>
    </Dialog>
  );
}
