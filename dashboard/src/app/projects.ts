import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
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

/** The project of the address: of its path, or of the query where the path is outside all projects. */
export function useProjectId(): string {
  const { project } = useParams({ strict: false }) as { project?: string };
  const query = useSearch({ strict: false }) as { project?: string };
  return project ?? query.project ?? lastProject();
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

/** The name of the address's project; its id until that is known. */
export function useProjectName(): string {
  const project = useProjectId();
  return useProjects().data?.items.find(({ project_id }) => project_id === project)?.name ?? project;
}
