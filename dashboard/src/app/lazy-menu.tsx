import { lazy, Suspense, useState, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react';

export interface MenuProps {
  /** Its name, where what is seen on it does not say enough. */
  label?: string;
  className: string;
  children: ReactNode;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

type Load = () => Promise<{ default: ComponentType<MenuProps> }>;

export interface LazyMenuPart {
  readonly load: Load;
  readonly Menu: LazyExoticComponent<ComponentType<MenuProps>>;
}

export const lazyMenu = (load: Load): LazyMenuPart => ({ load, Menu: lazy(load) });

/** A button with a menu, which is loaded when the button is reached: the first view does not wait for it. */
export function LazyMenu({ menu, children, ...look }: { menu: LazyMenuPart; label?: string; className: string; children: ReactNode }) {
  const [isPressed, setPressed] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const { load, Menu } = menu;
  const reach = () => void load().catch(() => undefined);
  const button = (
    <button
      type="button"
      aria-label={look.label}
      className={look.className}
      onPointerEnter={reach}
      onFocus={reach}
      onClick={() => {
        setPressed(true);
        setOpen(true);
      }}
    >
      {children}
    </button>
  );
  if (!isPressed) return button;
  return (
    <Suspense fallback={button}>
      <Menu {...look} isOpen={isOpen} onOpenChange={setOpen}>
        {children}
      </Menu>
    </Suspense>
  );
}
