import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Live, LiveContext } from '../live/live.ts';
import { Announcer } from './announce.tsx';
import { BottomTabs } from './bottom-tabs.tsx';
import { CutOff } from './cut-off.tsx';
import { FrameKeys } from './frame-keys.tsx';
import { rememberProject, useProjectId } from './projects.ts';
import { SideBar } from './side-bar.tsx';
import { Toasts } from '../ui/toast.tsx';
import { BrowserTab } from './browser-tab.tsx';
import { Notify } from '../notify/notify.tsx';

/** A project's pages, with the bar beside or below them and one connection for all. */
export function Frame() {
  const project = useProjectId();
  const live = useMemo(() => new Live(project), [project]);
  const [isWide, setWide] = useState(true);
  useEffect(() => {
    rememberProject(project);
    live.start();
    return () => live.stop();
  }, [live, project]);

  return (
    <LiveContext value={live}>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-primary px-3 py-1.5 text-primary-foreground focus:not-sr-only focus:absolute focus:left-2 focus:top-2"
      >
        Skip to the page
      </a>
      <div className="flex h-full flex-col md:flex-row">
        <SideBar isWide={isWide} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <CutOff />
          <PageFocus />
          <Outlet />
        </div>
        <BottomTabs />
      </div>
      <FrameKeys toggleSideBar={() => setWide(!isWide)} />
      <BrowserTab />
      <Notify key={project} />
      <Toasts />
      <Announcer />
    </LiveContext>
  );
}

/** After a change of page, the focus is at its heading. */
function PageFocus() {
  const path = useRouterState({ select: ({ location }) => location.pathname.split('/').slice(0, 4).join('/') });
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    // The page may still be on its way.
    const timer = setTimeout(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }), 50);
    return () => clearTimeout(timer);
  }, [path]);
  return null;
}
