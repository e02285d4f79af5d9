import { useEffect } from 'react';
import { useRouterState } from '@tanstack/react-router';
import { useOpenQuestions } from '../parts/attention.ts';
import { tabIcon } from '../parts/mark.ts';
import { pages } from './pages.ts';
import { useProjectName } from './projects.ts';

/** The title of the browser's tab, and an amber dot on its icon while somebody waits for a person. */
export function BrowserTab() {
  const waiting = useOpenQuestions().length;
  const name = useProjectName();
  const path = useRouterState({ select: ({ location }) => location.pathname.split('/').slice(3).join('/') });
  const isSettings = useRouterState({ select: ({ location }) => location.pathname.startsWith('/settings') });
  const page = [...pages].sort((a, b) => b.path.length - a.path.length).find((one) => path.startsWith(one.path));
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${isSettings ? 'Settings' : (page?.name ?? 'Parley')}, ${name}`;
  }, [waiting, isSettings, page, name]);
  const isWaiting = waiting > 0;
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link || !isWaiting) return;
    const plain = link.href;
    link.href = `data:image/svg+xml,${encodeURIComponent(tabIcon(true))}`;
    return () => void (link.href = plain);
  }, [isWaiting]);
  return null;
}
