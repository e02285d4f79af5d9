import { useRouterState } from '@tanstack/react-router';
import clsx from 'clsx';
import { useProblems } from '../now/use-problems.ts';
import { useDeadCount, useOpenQuestions } from '../parts/attention.ts';
import { number } from '../parts/times.ts';
import { pages, type Badge, type Page } from './pages.ts';

/** How many things a page has that wait. */
export function useBadge(badge: Badge | undefined): number {
  const questions = useOpenQuestions().length;
  const problems = useProblems().length;
  const dead = useDeadCount();
  switch (badge) {
    case 'questions':
      return questions;
    case 'dead':
      return dead;
    case 'problems':
      return questions + problems;
    default:
      return 0;
  }
}

/** The page that the address names. */
export function useCurrent(): Page | undefined {
  const path = useRouterState({
    select: ({ location }) => (location.pathname.startsWith('/p/') ? location.pathname.split('/').slice(3).join('/') : ''),
  });
  return [...pages].sort((a, b) => b.path.length - a.path.length).find((page) => path === page.path || path.startsWith(`${page.path}/`));
}

/** A number beside a page's name. */
export function Count({ badge, count, className }: { badge: Badge; count: number; className?: string }) {
  const words = { questions: 'waiting for you', dead: 'dead', problems: 'to look at' }[badge];
  return (
    <span
      className={clsx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm px-1 text-xs font-semibold',
        badge === 'questions' && 'bg-person-solid text-[oklch(0.15_0.01_25)]',
        badge === 'dead' && 'text-bad max-xl:bg-bad-soft',
        badge === 'problems' && 'text-foreground-2 max-xl:bg-secondary max-xl:font-medium',
        className,
      )}
    >
      {number(count)}
      <span className="sr-only"> {words}</span>
    </span>
  );
}
