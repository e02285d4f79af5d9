import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useProjectId } from './projects.ts';
import type { Query } from './router.tsx';

/** The query of the address, and a way to change some of it. What is chosen can be gone back from; what is typed cannot. */
export function useAddressQuery(): [Query, (change: Query, isTyping?: boolean) => void] {
  const query = useSearch({ strict: false }) as Query;
  const navigate = useNavigate();
  const change = useCallback(
    (next: Query, isTyping = false) =>
      void navigate({ to: '.', search: ((old: Query) => ({ ...old, ...next })) as never, replace: isTyping, resetScroll: false }),
    [navigate],
  );
  return [query, change];
}

/** Goes to a path within the project. */
export function useGo(): (path: string, query?: Query) => void {
  const navigate = useNavigate();
  const project = useProjectId();
  return useCallback(
    (path, query = {}) => void navigate({ to: `/p/${encodeURIComponent(project)}/${path}`, search: query as never }),
    [navigate, project],
  );
}
