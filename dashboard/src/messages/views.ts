import { Cell } from '../live/store.ts';
import { fields, type Filter } from './filter.ts';

/** Filters under a name. */
export interface SavedView {
  readonly name: string;
  readonly filter: Filter;
}

/** As much of a name as a menu can show. */
export const longestName = 60;

/** Whether two filters select the same. */
export const sameFilter = (a: Filter, b: Filter): boolean => a.q === b.q && fields.every((field) => a.values[field] === b.values[field]);

export const isFiltered = ({ values, q }: Filter): boolean => q !== '' || Object.keys(values).length > 0;

/** What the browser kept, without what is no view. */
export function viewsOf(text: string | null): SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  const { name, filter } = (value ?? {}) as Partial<SavedView>;
  const isText = (one: unknown) => typeof one === 'string';
  return isText(name) && isText(filter?.q) && typeof filter?.values === 'object' && Object.values(filter.values ?? {}).every(isText);
}

/** The views with this one added, or in the place of the one that had its name; in the order of their names. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name));
}

export const withoutView = (views: readonly SavedView[], name: string): SavedView[] => views.filter((view) => view.name !== name);

/** The views of a project, kept in this browser. */
export class Views {
  readonly all: Cell<readonly SavedView[]>;
  readonly #key: string;

  constructor(project: string) {
    this.#key = `parley.views.${project}`;
    this.all = new Cell<readonly SavedView[]>(viewsOf(this.#read()));
  }

  #read(): string | null {
    try {
      return localStorage.getItem(this.#key);
    } catch {
      return null;
    }
  }

  set(views: readonly SavedView[]): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(views));
    } catch {
      // Then they last as long as the page.
    }
    this.all.set(views);
  }
}

const byProject = new Map<string, Views>();

export function viewsIn(project: string): Views {
  let views = byProject.get(project);
  if (!views) byProject.set(project, (views = new Views(project)));
  return views;
}
