import type { ComponentProps } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { AboutThread } from './about.tsx';

/** What a thread is about, over it: for windows that have no room beside it. */
export default function AboutDialog({ onClose, ...about }: ComponentProps<typeof AboutThread> & { onClose: () => void }) {
  return (
    <Dialog title="About this thread" onClose={onClose}>
      <AboutThread {...about} />
    </Dialog>
  );
}
