import { useCell } from '../live/store.ts';
import type { Moment } from './recording.ts';
import type { Player } from './player.ts';
import { Mark, standingOf, words, type Standing } from '../executions/status.tsx';
import { usePerson } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { clockSeconds } from '../parts/times.ts';

interface Card {
  readonly id: string;
  readonly title: string;
  readonly standing: Standing;
  readonly agent: string | null;
}

const ofTask: Record<string, Standing> = {
  pending: 'waits',
  assigned: 'waits',
  in_progress: 'running',
  completed: 'done',
  failed: 'failed',
  cancelled: 'canceled',
};

/** What was to be done, as it stood at a moment: the steps of a plan, and tasks. */
export function cardsOf({ tasks, steps, questions }: Moment): readonly Card[] {
  const asked = new Set(questions.filter(({ status }) => status === 'open').map(({ task_id }) => task_id));
  return [
    ...[...steps]
      .sort((a, b) => a.position - b.position)
      .map((step) => ({
        id: step.step_id,
        title: step.step,
        standing: standingOf(step),
        agent: step.agent_id ?? step.agent ?? step.person,
      })),
    ...tasks.map((task) => ({
      id: task.task_id,
      title: firstLine(task.title, 120),
      standing: task.status === 'in_progress' && asked.has(task.task_id) ? ('asks' as const) : (ofTask[task.status] ?? 'waits'),
      agent: task.agent_id,
    })),
  ];
}

export function Board({ moment, player }: { moment: Moment; player: Player }) {
  const time = useCell(player.time);
  const cards = cardsOf(moment);
  if (cards.length === 0) return null;
  const clock = time !== null ? `at ${clockSeconds(time)}` : player.isOver ? 'at the end' : 'now';
  return (
    <section aria-label="The board" className="flex max-h-[38%] shrink-0 flex-col border-t max-lg:hidden">
      <h2 className="px-4 pb-1 pt-3 text-xs">The board {clock}</h2>
      <ul tabIndex={0} aria-label="Steps and tasks" className="min-h-0 overflow-y-auto px-4 pb-3 focus-visible:-outline-offset-2">
        {cards.map((card) => (
          <Row key={card.id} card={card} />
        ))}
      </ul>
    </section>
  );
}

function Row({ card }: { card: Card }) {
  const person = usePerson(card.agent);
  return (
    <li className="flex h-[26px] items-center gap-2 text-xs">
      <Mark standing={card.standing} label={words[card.standing]} />
      <span className="said min-w-0 flex-1 truncate" dir="auto">
        {card.title}
      </span>
      {card.agent && (
        <span title={person.name}>
          <Tile person={person} size={16} />
          <span className="sr-only">{person.name}</span>
        </span>
      )}
    </li>
  );
}
