import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { icon } from './icon.ts';

interface Props {
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
  onClose: () => void;
  className?: string;
}

/** A question or a form over the page. Escape and a press beside it close it. */
export function Dialog({ title, description, children, foot, onClose, className }: Props) {
  return (
    <Radix.Root open onOpenChange={(open) => open || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[oklch(0_0_0/0.4)]" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={clsx(
            'fixed left-1/2 top-[12vh] z-50 flex max-h-[80vh] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 flex-col rounded-xl border bg-popover shadow-float',
            className,
          )}
        >
          <div className="flex items-center gap-2 border-b px-4 py-2">
            <Radix.Title className="flex-1 text-base font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X {...icon} />
              </IconButton>
            </Radix.Close>
          </div>
          {description && <Radix.Description className="px-4 pt-3 text-foreground-2">{description}</Radix.Description>}
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
          {foot && <div className="flex flex-wrap justify-end gap-2 border-t px-4 py-3">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
