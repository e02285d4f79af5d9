import { useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live.ts';

const stored = 'parley.project';

/** The project that was last looked at in this browser. */
export function lastProject(): string {
  try {
    return localStorage.getItem(stored) ?? 'default';
  } catch {
    return 'default';
  }
}

export function rememberProject(project: string): void {
  try {
    localStorage.setItem(stored, project);
  } catch {
    // It is only a convenience.
  }
}

/** The projects that the person may see. */
export function useProjects() {
  const { parley } = useLive();
  return useQuery({
    queryKey: ['projects'],
    queryFn: () => parley.rest.get('/projects', { query: { limit: 500 } as never }),
    staleTime: 60_000,
  });
}
