import { useEffect } from 'react';
import { useRouterState } from '@tanstack/react-router';
import { useOpenQuestions } from '../parts/attention.ts';
import { useProjectName } from './side-bar.tsx';
import { pages } from './pages.ts';

/** The title of the browser's tab, and an amber dot on its icon while somebody waits for a person. */
export function BrowserTab() {
  const waiting = useOpenQuestions().length;
  const name = useProjectName();
  const path = useRouterState({ select: ({ location }) => location.pathname.split('/').slice(3).join('/') });
  const page = [...pages].sort((a, b) => b.path.length - a.path.length).find((one) => path.startsWith(one.path));
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${page?.name ?? 'Parley'}, ${name}`;
  }, [waiting, page, name]);
  useEffect(() => {
    const dot = waiting > 0 ? '<circle cx="25" cy="7" r="7" fill="#d9860a"/>' : '';
    const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#24231f"/><path d="M7 8h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-7l-4 4v-4H7z" fill="#fff"/><path d="M23 13h2v12l-4-3h-8v-2h8a2 2 0 0 0 2-2z" fill="#fff" opacity=".7"/>${dot}</svg>`;
    let link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link) {
      link = document.createElement('link');
      link.rel = 'icon';
      document.head.append(link);
    }
    link.href = `data:image/svg+xml,${encodeURIComponent(image)}`;
  }, [waiting]);
  return null;
}
